import { useCallback } from "react";
import { listAudit } from "../../api/staff";
import type { AuditQuery, AuditRow } from "../../api/types";
import { usePages } from "../../hooks/usePages";
import { useLanguage, useWords } from "../../i18n";
import { EmptyState } from "../EmptyState";
import { Listed } from "../Listed";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatMoment } from "../office/dates";

/** What was changed, the newest first. Mount it anew for another search. */
export function AuditList({ query }: { query: AuditQuery }) {
  const words = useWords();
  const pages = usePages(
    useCallback((after?: string) => listAudit(after ? { ...query, after } : query), [query]),
  );
  const none = (
    <EmptyState icon="clock" title={words.audit.noneTitle}>
      {words.audit.noneHint}
    </EmptyState>
  );
  return (
    <Listed pages={pages} empty={none} more={words.audit.more}>
      <AuditTable rows={pages.items} />
    </Listed>
  );
}

function AuditTable({ rows }: { rows: AuditRow[] }) {
  const words = useWords().audit;
  const { language } = useLanguage();
  return (
    <div className={tableStyles.frame}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.who}</th>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.subject}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.entry_id}>
              <th scope="row">{formatMoment(row.at, language)}</th>
              <td data-label={words.who}>{row.by}</td>
              <td data-label={words.what}>
                {words.actions[row.action]}
                {row.whom && <span className={tableStyles.school}>{row.whom}</span>}
              </td>
              <td data-label={words.subject}>{row.subject ?? words.gone}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
