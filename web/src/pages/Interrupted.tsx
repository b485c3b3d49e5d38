import { useEffect } from "react";
import { listInterruptedRecordings } from "../api/recordings";
import { EmptyState } from "../components/EmptyState";
import { InterruptedRow } from "../components/office/InterruptedRow";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import styles from "./Lessons.module.css";

const REFRESH_MS = 5_000;

/** What of which recording is missing, what waits and why, and one key to go on. For admins. */
export default function Interrupted() {
  const words = useWords();
  const [list, reload] = useLoaded(listInterruptedRecordings);

  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [reload]);

  return (
    <OfficePage title={words.interrupted.title} back="/recordings">
      {list.state === "loading" && <Spinner label={words.common.loading} />}
      {list.state === "failed" && <LoadFailed error={list.error} onRetry={reload} />}
      {list.state === "ready" && list.value.items.length === 0 && (
        <EmptyState icon="check" title={words.interrupted.emptyTitle}>
          {words.interrupted.emptyHint}
        </EmptyState>
      )}
      {list.state === "ready" && (
        <ul className={styles.list}>
          {list.value.items.map((recording) => (
            <li key={recording.recording_id}>
              <InterruptedRow recording={recording} onFinish={reload} />
            </li>
          ))}
        </ul>
      )}
      {list.state === "ready" && list.value.has_more && <p>{words.interrupted.older}</p>}
    </OfficePage>
  );
}
