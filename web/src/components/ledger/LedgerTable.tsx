import { useCallback, useState } from "react";
import { listLedger } from "../../api/attendance";
import type { LedgerQuery, LedgerRow } from "../../api/types";
import { usePages } from "../../hooks/usePages";
import { useLanguage, useWords } from "../../i18n";
import { inMinutes } from "../../ledger/filter";
import { Link } from "../../router";
import { Badge } from "../Badge";
import { Button, buttonClass } from "../Button";
import { Listed } from "../Listed";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatMoment } from "../office/dates";
import { CorrectDialog } from "./CorrectDialog";
import { EmptyLedger } from "./EmptyLedger";
import styles from "./Ledger.module.css";
import { Missed } from "./Missed";

/** One row for each lesson and classroom. */
export function LedgerTable({ query }: { query: LedgerQuery }) {
  const words = useWords().ledger;
  const pages = usePages(useCallback((after?: string) => listLedger(query, after), [query]));
  const [open, setOpen] = useState<LedgerRow | null>(null);
  const [corrected, setCorrected] = useState<Record<string, LedgerRow>>({});
  const close = useCallback(() => setOpen(null), []);
  return (
    <Listed pages={pages} empty={<EmptyLedger />} more={words.more} moreHint={words.moreHint}>
      <div className={tableStyles.frame}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">{words.lesson}</th>
              <th scope="col">{words.classroom}</th>
              <th scope="col">{words.delivered}</th>
              <th scope="col">{words.missed}</th>
              <th scope="col">{words.pupils}</th>
              <th scope="col">{words.remark}</th>
              <th scope="col" className={styles.screenOnly}>
                {words.correction}
              </th>
            </tr>
          </thead>
          <tbody>
            {pages.items.map((row) => (
              <Row
                key={row.seat_id}
                row={corrected[row.seat_id] ?? row}
                onCorrect={() => setOpen(corrected[row.seat_id] ?? row)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {open && (
        <CorrectDialog
          row={open}
          onClose={close}
          onCorrected={(row) => {
            setCorrected((was) => ({ ...was, [row.seat_id]: row }));
            close();
          }}
        />
      )}
    </Listed>
  );
}

function Row({ row, onCorrect }: { row: LedgerRow; onCorrect: () => void }) {
  const words = useWords().ledger;
  const { language } = useLanguage();
  const attendance = `/lessons/${encodeURIComponent(row.lesson_id)}/attendance`;
  return (
    <tr>
      <th scope="row">
        <Link to={attendance} className={styles.title}>
          {row.title}
        </Link>
        <span className={tableStyles.school}>{formatMoment(row.starts_at, language)}</span>
        <span className={tableStyles.school}>{words.taught(row.subject, row.teacher)}</span>
      </th>
      <td data-label={words.classroom}>
        {row.classroom}
        <span className={tableStyles.school}>{row.school}</span>
      </td>
      <td data-label={words.delivered}>
        {words.ofMinutes(inMinutes(row.delivered_s), inMinutes(row.planned_s))}
        {row.extra_s > 0 && (
          <span className={tableStyles.school}>{words.extra(inMinutes(row.extra_s))}</span>
        )}
      </td>
      <td data-label={words.missed}>
        <Missed missed={row.missed} />
      </td>
      <td data-label={words.pupils}>
        <Pupils row={row} />
      </td>
      <td data-label={words.remark}>
        <Remarks row={row} />
      </td>
      <td className={styles.screenOnly}>
        <Button
          className={buttonClass()}
          aria-label={words.correctOf(row.title, row.classroom)}
          onClick={onCorrect}
        >
          {words.correct}
        </Button>
      </td>
    </tr>
  );
}

function Pupils({ row }: { row: LedgerRow }) {
  const words = useWords().rollCall;
  const { head_count, absent, excused, late, left_early } = row.pupils;
  if (head_count === null) return <>—</>;
  const details = [
    words.heads(head_count),
    absent > 0 && words.absentCount(absent),
    excused > 0 && words.excusedCount(excused),
    late > 0 && words.lateCount(late),
    left_early > 0 && words.earlyCount(left_early),
  ];
  return <>{details.filter((one) => one !== false).join(" · ")}</>;
}

function Remarks({ row }: { row: LedgerRow }) {
  const words = useWords();
  const neverCame = row.outcome === "held" && row.first_joined_at === null;
  const marks = [
    row.outcome !== "held" && words.ledger.outcomes[row.outcome],
    neverCame && words.ledger.neverCame,
    row.is_late && words.attendance.late,
    row.left_early && words.attendance.early,
  ].filter((mark) => mark !== false);
  const notes = [
    row.cuts > 0 && words.ledger.cutTimes(row.cuts),
    row.corrections > 0 && words.ledger.corrected(row.corrections),
  ].filter((note) => note !== false);
  if (marks.length + notes.length === 0 && !row.is_excused) return <>—</>;
  return (
    <div className={styles.remarks}>
      {marks.map((mark) => (
        <Badge key={mark} tone={row.is_excused ? "neutral" : "warn"}>
          {mark}
        </Badge>
      ))}
      {row.is_excused && <Badge tone="ok">{words.ledger.excused}</Badge>}
      {notes.length > 0 && <span className={styles.note}>{notes.join(" · ")}</span>}
    </div>
  );
}
