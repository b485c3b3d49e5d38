import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import styles from "./NextLesson.module.css";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long until this PC goes in: days, hours, and by the second in the last hour. */
export function Countdown({ untilMs, now }: { untilMs: number; now: number }) {
  const words = useWords();
  const leftMs = Math.max(0, untilMs - now);
  return (
    <p className={styles.countdown} role="timer">
      {leftMs < HOUR_MS
        ? words.classroomPc.joinsIn(formatDuration(leftMs))
        : leftMs < DAY_MS
          ? words.classroomPc.joinsInHours(
              Math.floor(leftMs / HOUR_MS),
              Math.floor((leftMs % HOUR_MS) / 60_000),
            )
          : words.classroomPc.joinsInDays(Math.floor(leftMs / DAY_MS))}
    </p>
  );
}
