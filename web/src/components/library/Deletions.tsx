import { listDeletions } from "../../api/recordings";
import type { DeletionRow } from "../../api/types";
import { usePages } from "../../hooks/usePages";
import { useLanguage, useWords } from "../../i18n";
import { formatBytes } from "../../lesson/format";
import { Button } from "../Button";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatMoment } from "../office/dates";
import { LoadFailed } from "../office/OfficePage";
import { Spinner } from "../Spinner";
import styles from "./Deletions.module.css";

/** What was deleted, by whom or by which rule, the newest first. Mount it anew to read it again. */
export function Deletions() {
  const words = useWords();
  const { first, items, more, isBusy, reload } = usePages(listDeletions);
  return (
    <details className={styles.deletions}>
      <summary>{words.deletions.title}</summary>
      {first.state === "loading" && <Spinner label={words.common.loading} />}
      {first.state === "failed" && <LoadFailed error={first.error} onRetry={reload} />}
      {first.state === "ready" &&
        (items.length === 0 ? <p>{words.deletions.empty}</p> : <Table rows={items} />)}
      {more && (
        <Button isBusy={isBusy} onClick={more}>
          {words.deletions.more}
        </Button>
      )}
    </details>
  );
}

function Table({ rows }: { rows: DeletionRow[] }) {
  const words = useWords().deletions;
  const { language } = useLanguage();
  return (
    <div className={tableStyles.frame}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.reason}</th>
            <th scope="col">{words.size}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.deletion_id}>
              <th scope="row">
                {row.title}
                <span className={tableStyles.school}>{formatMoment(row.lesson_at, language)}</span>
              </th>
              <td data-label={words.when}>{formatMoment(row.at, language)}</td>
              <td data-label={words.reason}>
                {row.deleted_by ? words.byHand(row.deleted_by) : words.reasons[row.reason]}
              </td>
              <td data-label={words.size}>
                {words.amount(row.object_count, formatBytes(row.size_bytes))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
