import type { AttendanceRow } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { Badge } from "../Badge";
import styles from "./AttendanceTable.module.css";
import { formatClock } from "./dates";

/** Who was there, from when to when. On a phone each row becomes a card: `data-label` is its caption. */
export function AttendanceTable({ rows }: { rows: AttendanceRow[] }) {
  const words = useWords();
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.attendance.who}</th>
            <th scope="col">{words.attendance.role}</th>
            <th scope="col">{words.attendance.joined}</th>
            <th scope="col">{words.attendance.left}</th>
            <th scope="col">{words.attendance.present}</th>
            <th scope="col">{words.attendance.cuts}</th>
            <th scope="col">{words.attendance.remark}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.participant_id} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { row: AttendanceRow }) {
  const words = useWords();
  const { language } = useLanguage();
  const left = row.is_present_now || !row.last_left_at;
  return (
    <tr>
      <th scope="row">
        {row.name}
        <span className={styles.school}>{row.school}</span>
      </th>
      <td data-label={words.attendance.role}>{words.roles[row.role]}</td>
      <td data-label={words.attendance.joined}>{formatClock(row.first_joined_at, language)}</td>
      <td data-label={words.attendance.left}>
        {left ? words.attendance.here : formatClock(row.last_left_at ?? "", language)}
      </td>
      <td data-label={words.attendance.present}>{formatDuration(row.present_s * 1000)}</td>
      <td data-label={words.attendance.cuts}>
        {row.cuts > 0 ? words.attendance.cutTimes(row.cuts, formatDuration(row.cut_s * 1000)) : "—"}
      </td>
      <td data-label={words.attendance.remark}>
        {row.is_late && <Badge tone="warn">{words.attendance.late}</Badge>}{" "}
        {row.left_early && <Badge tone="warn">{words.attendance.early}</Badge>}
        {!row.is_late && !row.left_early && "—"}
      </td>
    </tr>
  );
}
