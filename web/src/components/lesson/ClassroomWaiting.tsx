import { useLanguage, useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { formatTime } from "../../lesson/format";
import { EmptyState } from "../EmptyState";
import styles from "./ClassroomWaiting.module.css";

/** Before the lesson: everything is all right and there is nothing to do. */
export function ClassroomWaiting() {
  const words = useWords();
  const { language } = useLanguage();
  const { view } = useRoom();
  return (
    <section className={styles.waiting}>
      <EmptyState icon="clock" title={words.classroom.waitingTitle}>
        <p className={styles.time}>
          {words.classroom.startsAt(formatTime(view.starts_at_ms, language))}
        </p>
        <p>{words.classroom.waitingHint}</p>
      </EmptyState>
    </section>
  );
}
