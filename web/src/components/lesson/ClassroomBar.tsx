import { HOME_PATH } from "../../classroom/enter";
import { isOwnLesson, rememberLeft } from "../../classroom/pairedPc";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { openProjector } from "../../lesson/projector";
import { ownPlace } from "../../room/selectors";
import { navigate } from "../../router";
import { Button } from "../Button";
import { useToast } from "../Toast";
import styles from "./ClassroomBar.module.css";
import { CoveredConsole } from "./CoveredConsole";
import { DataSavingSwitch } from "./DataSavingSwitch";
import { DataUsed } from "./DataUsed";
import { HandButton } from "./HandButton";
import { HelpButton } from "./HelpButton";
import { Observers } from "./Observers";
import { OwnTile } from "./OwnTile";
import { PhoneButton } from "./PhoneButton";
import { SourceButtons } from "./SourceButtons";

/** The on-site teacher's keys: the hand is the large one. */
export function ClassroomBar() {
  const words = useWords();
  const toast = useToast();
  const session = useSession();
  const room = useRoom();
  const place = ownPlace(room);
  const [run, isBusy] = useAction();

  async function leave() {
    await session.leave();
    const isPc = isOwnLesson(room.view.lesson_id);
    if (isPc) rememberLeft(room.view.lesson_id);
    navigate(isPc ? HOME_PATH : "/");
  }

  return (
    <footer className={styles.bar}>
      <OwnTile name={words.classroom.ownPicture} className={styles.own} />
      {room.view.phase === "live" && <HandButton className={styles.hand} />}
      {place?.place === "on" && (
        <Button
          size="large"
          icon="down"
          disabled={isBusy}
          onClick={() => run(() => session.request({ type: "stage.send_down", seat_id: room.you }))}
        >
          {words.classroom.comeDown}
        </Button>
      )}
      <Observers />
      <DataUsed />
      <div className={styles.rest}>
        <SourceButtons />
        <DataSavingSwitch />
        <HelpButton />
        <PhoneButton />
        <CoveredConsole />
        <Button
          icon="window"
          onClick={() => {
            if (!openProjector(room.view.lesson_id)) toast(words.projector.blocked, "error");
          }}
        >
          {words.classroom.projector}
        </Button>
        <Button variant="quiet" icon="door" onClick={() => void leave()}>
          {words.lesson.leave}
        </Button>
      </div>
    </footer>
  );
}
