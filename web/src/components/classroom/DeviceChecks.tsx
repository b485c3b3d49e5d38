import { useCallback, useEffect, useRef, useState } from "react";
import { issuePcTicket } from "../../api/pcs";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { LinkTest } from "../LinkTest";
import { Preview } from "../lesson/Preview";
import styles from "./DeviceChecks.module.css";

/**
 * Camera, microphone, loudspeaker and link, tried while nothing is on. The camera is open only as long as this is:
 * nothing of it leaves the PC. `lessonId`: the next lesson, whose ticket the link test needs.
 */
export function DeviceChecks({ lessonId }: { lessonId: string | null }) {
  const words = useWords();
  const [isOpen, setIsOpen] = useState(false);
  const section = useRef<HTMLElement>(null);

  useEffect(() => {
    if (isOpen) section.current?.scrollIntoView();
  }, [isOpen]);

  return (
    <section ref={section} className={styles.checks} aria-label={words.classroomPc.checks}>
      <Button size="large" icon="camera" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {isOpen ? words.classroomPc.checksClose : words.classroomPc.checks}
      </Button>
      {isOpen && (
        <div className={styles.panel}>
          <p>{words.classroomPc.checksHint}</p>
          {lessonId && <TicketedLinkTest lessonId={lessonId} />}
          <Preview size="classroom" sound="voice" />
        </div>
      )}
    </section>
  );
}

function TicketedLinkTest({ lessonId }: { lessonId: string }) {
  const load = useCallback(() => issuePcTicket(lessonId), [lessonId]);
  const [ticket] = useLoaded(load);
  return ticket.state === "ready" ? <LinkTest token={ticket.value.token} /> : null;
}
