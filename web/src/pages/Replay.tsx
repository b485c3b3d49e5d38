import { useCallback, useEffect } from "react";
import { getRecording } from "../api/recordings";
import type { Recording } from "../api/types";
import { Banner } from "../components/Banner";
import { EmptyState } from "../components/EmptyState";
import { ShareButton } from "../components/library/ShareButton";
import { formatMoment } from "../components/office/dates";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { FilmCard } from "../components/replay/FilmCard";
import { ReplayView } from "../components/replay/ReplayView";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";
import styles from "./Attendance.module.css";

const LOOK_AGAIN_MS = 1_500;

export default function Replay({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const id = params.id ?? "";
  const [recording, reload] = useLoaded(useCallback(() => getRecording(id), [id]));
  const isUnderWay =
    recording.state === "ready" &&
    (recording.value.state === "recording" || recording.value.state === "finalizing");

  useEffect(() => {
    if (!isUnderWay) return;
    const timer = window.setInterval(reload, LOOK_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [isUnderWay, reload]);

  return (
    <OfficePage
      title={recording.state === "ready" ? recording.value.title : words.recordings.title}
      back="/recordings"
      actions={
        recording.state === "ready" &&
        recording.value.may_share &&
        recording.value.state === "available" && <ShareButton recording={recording.value} />
      }
    >
      {recording.state === "loading" && <Spinner label={words.common.loading} />}
      {recording.state === "failed" && <LoadFailed error={recording.error} onRetry={reload} />}
      {recording.state === "ready" && <Content recording={recording.value} onReload={reload} />}
    </OfficePage>
  );
}

function Content({ recording, onReload }: { recording: Recording; onReload: () => void }) {
  const words = useWords();
  const { language } = useLanguage();
  const about = (
    <div className={styles.about}>
      <p>
        {recording.subject} · {words.lessons.lead(recording.teacher)} ·{" "}
        {formatMoment(recording.started_at, language)}
      </p>
    </div>
  );
  switch (recording.state) {
    case "recording":
      return <Banner title={words.replay.recordingNow} />;
    case "finalizing":
      return <Spinner label={words.replay.notReady} />;
    case "failed":
      if (recording.failure === "nothing_recorded") return <Empty />;
      return (
        <EmptyState icon="warning" title={words.replay.failedTitle}>
          {words.replay.failedHint}
        </EmptyState>
      );
    case "available":
      return (
        <>
          {about}
          {recording.tracks.length === 0 ? (
            <Empty />
          ) : (
            <>
              <ReplayView recording={recording} mode="staff" onReload={onReload} />
              <FilmCard recordingId={recording.recording_id} />
            </>
          )}
        </>
      );
  }
}

function Empty() {
  const words = useWords();
  return (
    <EmptyState icon="cameraOff" title={words.replay.emptyTitle}>
      {words.replay.emptyHint}
    </EmptyState>
  );
}
