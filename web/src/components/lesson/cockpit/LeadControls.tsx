import { useState } from "react";
import { useAction } from "../../../hooks/useAction";
import { useStore } from "../../../hooks/useStore";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { isLeading } from "../../../room/selectors";
import { Button } from "../../Button";
import { Dialog } from "../../Dialog";
import { SourceButtons } from "../SourceButtons";
import { DocumentButton } from "./DocumentButton";
import styles from "./LeadControls.module.css";
import { SoundSwitch } from "./SoundSwitch";
import { WholeClassButtons } from "./WholeClassButtons";

/** What the lead does with the whole lesson: start, own devices, screen, open floor. */
export function LeadControls() {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const { view } = room;
  const [run, isBusy] = useAction();
  const isLead = isLeading(room);
  const isLive = view.phase === "live";
  return (
    <div className={styles.controls}>
      {isLead && !isLive && (
        <div className={styles.start}>
          <Button
            variant="primary"
            size="huge"
            icon="play"
            isWide
            isBusy={isBusy}
            onClick={() => run(() => session.request({ type: "lesson.start" }))}
          >
            {words.lead.start}
          </Button>
          <p>{words.lead.startHint}</p>
        </div>
      )}
      {isLead && <SourceButtons />}
      {isLead && isLive && <ShareButton />}
      {isLead && isLive && <DocumentButton />}
      {isLead && <SoundSwitch />}
      {session.ticket.role !== "observer" && isLive && <WholeClassButtons />}
    </div>
  );
}

function ShareButton() {
  const words = useWords();
  const { capture } = useSession();
  const { screen } = useStore(capture.state);
  const isSharing = screen.kind === "on";
  if (!isSharing && !("mediaDevices" in navigator)) return null;
  return (
    <Button
      icon="screen"
      variant={isSharing ? "stage" : "secondary"}
      disabled={screen.kind === "starting"}
      onClick={() => (isSharing ? capture.switchOff("screen") : void capture.shareScreen())}
    >
      {isSharing ? words.lead.stopShare : words.lead.share}
    </Button>
  );
}

/** Ends the lesson in every classroom, after one question. */
export function EndLessonButton() {
  const words = useWords();
  const session = useSession();
  const [isAsking, setIsAsking] = useState(false);
  const [run, isBusy] = useAction();
  return (
    <>
      <Button variant="danger" onClick={() => setIsAsking(true)}>
        {words.lead.end}
      </Button>
      {isAsking && (
        <Dialog
          title={words.lead.endTitle}
          onClose={() => setIsAsking(false)}
          cancelLabel={words.lead.endCancel}
          actions={
            <Button
              variant="danger"
              isBusy={isBusy}
              onClick={() => run(() => session.request({ type: "lesson.end" }))}
            >
              {words.lead.endConfirm}
            </Button>
          }
        >
          <p>{words.lead.endHint}</p>
        </Dialog>
      )}
    </>
  );
}
