import { listRecordings } from "../api/endpoints";
import type { RecordingRow, RecordingState } from "../api/types";
import { Badge, type BadgeTone } from "../components/Badge";
import { buttonClass } from "../components/Button";
import { Card } from "../components/Card";
import { EmptyState } from "../components/EmptyState";
import { formatMoment } from "../components/office/dates";
import { InterruptedLink } from "../components/office/InterruptedLink";
import rowStyles from "../components/office/LessonRow.module.css";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";
import { formatDuration } from "../lesson/format";
import { Link } from "../router";
import styles from "./Lessons.module.css";

const load = () => listRecordings({ limit: 50 });

const TONES: Record<RecordingState, BadgeTone> = {
  recording: "live",
  finalizing: "brand",
  available: "ok",
  failed: "warn",
};

export default function Recordings() {
  const words = useWords();
  const [page, reload] = useLoaded(load);
  return (
    <OfficePage title={words.recordings.title} back="/lessons" actions={<InterruptedLink />}>
      {page.state === "loading" && <Spinner label={words.common.loading} />}
      {page.state === "failed" && <LoadFailed error={page.error} onRetry={reload} />}
      {page.state === "ready" && page.value.items.length === 0 && (
        <EmptyState icon="play" title={words.recordings.emptyTitle}>
          {words.recordings.emptyHint}
        </EmptyState>
      )}
      {page.state === "ready" && (
        <ul className={styles.list}>
          {page.value.items.map((recording) => (
            <li key={recording.recording_id}>
              <Row recording={recording} />
            </li>
          ))}
        </ul>
      )}
    </OfficePage>
  );
}

function Row({ recording }: { recording: RecordingRow }) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <Card className={rowStyles.row}>
      <div className={rowStyles.words}>
        <h2>{recording.title}</h2>
        <p>
          {recording.subject} · {formatMoment(recording.started_at, language)} ·{" "}
          {formatDuration(recording.duration_ms)} · {words.lessons.lead(recording.teacher)}
        </p>
        <div className={rowStyles.badges}>
          <Badge tone={TONES[recording.state]}>{words.recordings.state[recording.state]}</Badge>
          {recording.is_demo && <Badge tone="brand">{words.common.demo}</Badge>}
        </div>
      </div>
      {recording.state === "available" && (
        <Link
          to={`/recordings/${encodeURIComponent(recording.recording_id)}`}
          className={buttonClass("primary", "large")}
        >
          {words.recordings.watch}
        </Link>
      )}
    </Card>
  );
}
