import type { WatchedReplay } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import styles from "./AttendanceTable.module.css";
import { formatMoment } from "./dates";

/** Who watched the replay, and how much of it. */
export function WatchersTable({ replay }: { replay: WatchedReplay }) {
  const words = useWords().attendance;
  const { language } = useLanguage();
  if (replay.watchers.length === 0) return <p>{words.nobodyWatched}</p>;
  const minutes = (seconds: number) => (seconds / 60).toFixed(1);
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.viewer}</th>
            <th scope="col">{words.watchedOf}</th>
            <th scope="col">{words.lastWatched}</th>
          </tr>
        </thead>
        <tbody>
          {replay.watchers.map((one) => (
            <tr key={one.user_id}>
              <th scope="row">
                {one.name}
                <span className={styles.school}>{one.school}</span>
              </th>
              <td data-label={words.watchedOf}>
                {words.watchedShare(minutes(one.watched_s), minutes(replay.length_s))}
              </td>
              <td data-label={words.lastWatched}>{formatMoment(one.last_at, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
