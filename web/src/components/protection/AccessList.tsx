import { useCallback } from "react";
import { listAccesses } from "../../api/protection";
import type { AccessQuery, AccessRow } from "../../api/types";
import { usePages } from "../../hooks/usePages";
import { useLanguage, useWords } from "../../i18n";
import { EmptyState } from "../EmptyState";
import { Listed } from "../Listed";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatMoment } from "../office/dates";

/** The newest first, a page at a time. Mount it anew for another query. */
export function AccessList({ query }: { query: AccessQuery }) {
  const words = useWords();
  const pages = usePages(
    useCallback((after?: string) => listAccesses(after ? { ...query, after } : query), [query]),
  );
  const none = (
    <EmptyState icon="eye" title={words.accessLog.noneTitle}>
      {words.accessLog.noneHint}
    </EmptyState>
  );
  return (
    <Listed pages={pages} empty={none} more={words.audit.more}>
      <Table rows={pages.items} />
    </Listed>
  );
}

function Table({ rows }: { rows: AccessRow[] }) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <div className={tableStyles.frame}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">{words.audit.when}</th>
            <th scope="col">{words.audit.who}</th>
            <th scope="col">{words.audit.what}</th>
            <th scope="col">{words.accessLog.lesson}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.access_id}>
              <td data-label={words.audit.when}>{formatMoment(row.at, language)}</td>
              <th scope="row">
                {row.by ?? words.accessLog.stranger}
                <span className={tableStyles.school}>{row.school}</span>
              </th>
              <td data-label={words.audit.what}>
                {words.accessLog.actions[row.action]}
                <span className={tableStyles.school}>{row.classroom}</span>
              </td>
              <td data-label={words.accessLog.lesson}>
                {row.lesson}
                {row.lesson_at !== null && (
                  <span className={tableStyles.school}>
                    {formatMoment(row.lesson_at, language)}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
