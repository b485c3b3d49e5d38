import type { TimetableLesson } from "../../api/types";
import { byDay, midnight } from "../../classroom/agenda";
import { useLanguage, useWords } from "../../i18n";
import { formatTime } from "../../lesson/format";
import { TIME_ZONE } from "../../zone";
import { Badge } from "../Badge";
import { ChangeNotice } from "../ChangeNotice";
import { classes } from "../classes";
import styles from "./TimetableList.module.css";

interface TimetableListProps {
  lessons: readonly TimetableLesson[];
  now: number;
}

/** Today's lessons and those of the days to come. */
export function TimetableList({ lessons, now }: TimetableListProps) {
  const words = useWords();
  const { language } = useLanguage();
  const days = byDay(lessons, now);
  if (days.length === 0) return null;
  return (
    <section className={styles.days} aria-label={words.classroomPc.timetable}>
      {days.map((day) => (
        <div key={day.startMs} className={styles.day}>
          <h3>
            {day.startMs === midnight(now) && `${words.classroomPc.today} · `}
            {formatDate(day.startMs, language)}
          </h3>
          <ul className={styles.list}>
            {day.lessons.map((lesson) => (
              <li
                key={lesson.lesson_id}
                className={classes(styles.lesson, lesson.state === "ended" && styles.over)}
              >
                <time>{formatTime(Date.parse(lesson.starts_at), language)}</time>
                <span>{lesson.title}</span>
                {lesson.state === "live" && <Badge tone="live">{words.phase.live}</Badge>}
                {lesson.state === "ended" && !lesson.change?.cancelled && (
                  <Badge>{words.phase.ended}</Badge>
                )}
                {lesson.change && <ChangeNotice change={lesson.change} />}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function formatDate(ms: number, language: string): string {
  return new Date(ms).toLocaleDateString(language, {
    timeZone: TIME_ZONE,
    month: language === "en" ? "short" : "long",
    day: "numeric",
    weekday: "long",
  });
}
