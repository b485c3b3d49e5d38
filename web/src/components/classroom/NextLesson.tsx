import type { TimetableLesson } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatTime } from "../../lesson/format";
import { EmptyState } from "../EmptyState";
import { Countdown } from "./Countdown";
import styles from "./NextLesson.module.css";

/** The next lesson, to be read across the room, and when this PC goes in. */
export function NextLesson({ lesson, now }: { lesson: TimetableLesson | null; now: number }) {
  const words = useWords();
  const { language } = useLanguage();
  if (!lesson) {
    return (
      <EmptyState icon="clock" title={words.classroomPc.emptyTitle}>
        {words.classroomPc.emptyHint}
      </EmptyState>
    );
  }
  const from = formatTime(Date.parse(lesson.starts_at), language);
  const to = formatTime(Date.parse(lesson.ends_at), language);
  return (
    <section className={styles.next} aria-labelledby="next-lesson">
      <p className={styles.label}>{words.classroomPc.next}</p>
      <h2 id="next-lesson" className={styles.title}>
        {lesson.title}
      </h2>
      <p className={styles.when}>
        <strong>
          {from}–{to}
        </strong>
        <span>
          {lesson.subject && `${lesson.subject} · `}
          {words.lessons.lead(lesson.lead_name)}
          {lesson.lead_school_name && ` · ${lesson.lead_school_name}`}
        </span>
      </p>
      <Countdown untilMs={Date.parse(lesson.joins_at)} now={now} />
      <p className={styles.label}>{words.classroomPc.byItself}</p>
    </section>
  );
}
