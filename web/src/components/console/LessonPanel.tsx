import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";
import { StageList } from "../lesson/cockpit/StageList";
import { HandButton } from "../lesson/HandButton";
import { HelpButton } from "../lesson/HelpButton";
import { Observers } from "../lesson/Observers";
import { AutoAccept } from "./AutoAccept";
import styles from "./LessonPanel.module.css";
import { OwnPages } from "./OwnPages";
import { PupilPicker } from "./PupilPicker";
import { SignalPad } from "./SignalPad";
import { SourceSwitches } from "./SourceSwitches";

/** What the on-site teacher does in the course of a lesson. */
export function LessonPanel() {
  const words = useWords();
  const room = useRoom();
  const place = usePlace();
  const [run, isBusy] = useAction();
  const isOnStage = ownPlace(room)?.place === "on";
  const isLive = room.view.phase === "live";
  return (
    <div className={styles.panel}>
      {!isLive && <p className={styles.note}>{words.classroom.waitingHint}</p>}
      {isLive && !isOnStage && <HandButton isWide />}
      {isOnStage && (
        <Button
          size="large"
          icon="down"
          isWide
          disabled={isBusy}
          onClick={() => run(() => place.request({ type: "stage.send_down", seat_id: room.you }))}
        >
          {words.classroom.comeDown}
        </Button>
      )}
      {isOnStage && <PupilPicker />}
      <OwnPages />
      <SignalPad />
      <SourceSwitches />
      <AutoAccept />
      {isLive && <StageList />}
      <Observers isPrivate />
      <HelpButton />
    </div>
  );
}
