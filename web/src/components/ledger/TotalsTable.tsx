import { useCallback } from "react";
import { listLedgerTotals } from "../../api/attendance";
import type { LedgerGrouping, LedgerQuery, LedgerTotal } from "../../api/types";
import { usePages } from "../../hooks/usePages";
import { useWords } from "../../i18n";
import { inMinutes } from "../../ledger/filter";
import { Listed } from "../Listed";
import tableStyles from "../office/AttendanceTable.module.css";
import { EmptyLedger } from "./EmptyLedger";
import { Missed } from "./Missed";

interface TotalsTableProps {
  query: LedgerQuery;
  by: LedgerGrouping;
}

/** The ledger added up, one row for each classroom, school, teacher, subject, course or term. */
export function TotalsTable({ query, by }: TotalsTableProps) {
  const words = useWords().ledger;
  const load = useCallback((after?: string) => listLedgerTotals(query, by, after), [query, by]);
  const pages = usePages(load);
  return (
    <Listed pages={pages} empty={<EmptyLedger />} more={words.more} moreHint={words.moreHint}>
      <div className={tableStyles.frame}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">{words[by]}</th>
              <th scope="col">{words.lessons}</th>
              <th scope="col">{words.delivered}</th>
              <th scope="col">{words.share}</th>
              <th scope="col">{words.missed}</th>
              <th scope="col">{words.late}</th>
              <th scope="col">{words.early}</th>
              <th scope="col">{words.excused}</th>
            </tr>
          </thead>
          <tbody>
            {pages.items.map((total) => (
              <Row key={total.id} total={total} />
            ))}
          </tbody>
        </table>
      </div>
    </Listed>
  );
}

function Row({ total }: { total: LedgerTotal }) {
  const words = useWords().ledger;
  const share = total.planned_s > 0 ? (100 * total.delivered_s) / total.planned_s : 0;
  return (
    <tr>
      <th scope="row">
        {total.name || words.noCourse}
        {total.school && <span className={tableStyles.school}>{total.school}</span>}
      </th>
      <td data-label={words.lessons}>{total.lessons}</td>
      <td data-label={words.delivered}>
        {words.ofMinutes(inMinutes(total.delivered_s), inMinutes(total.planned_s))}
      </td>
      <td data-label={words.share}>{`${share.toFixed(1)}%`}</td>
      <td data-label={words.missed}>
        <Missed missed={total.missed} />
      </td>
      <td data-label={words.late}>{total.late}</td>
      <td data-label={words.early}>{total.left_early}</td>
      <td data-label={words.excused}>{total.excused}</td>
    </tr>
  );
}
