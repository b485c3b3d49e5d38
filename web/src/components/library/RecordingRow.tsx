import { useState } from "react";
import { deleteRecording } from "../../api/recordings";
import type { RecordingState, RecordingRow as Row } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLanguage, useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { Link } from "../../router";
import { Badge, type BadgeTone } from "../Badge";
import { Button, buttonClass } from "../Button";
import { Card } from "../Card";
import { Dialog } from "../Dialog";
import { formatMoment } from "../office/dates";
import rowStyles from "../office/LessonRow.module.css";
import { useToast } from "../Toast";

const TONES: Record<RecordingState, BadgeTone> = {
  recording: "live",
  finalizing: "brand",
  available: "ok",
  failed: "warn",
};

interface RecordingRowProps {
  recording: Row;
  onDeleted: () => void;
}

/** One recording: what, when, who, how far it is, and the way to watch it. */
export function RecordingRow({ recording, onDeleted }: RecordingRowProps) {
  const words = useWords();
  const { language } = useLanguage();
  const [isAsking, setIsAsking] = useState(false);
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
          {recording.is_published && <Badge icon="people">{words.recordings.published}</Badge>}
          {recording.is_demo && <Badge tone="brand">{words.common.demo}</Badge>}
        </div>
      </div>
      <div className={rowStyles.actions}>
        {recording.may_delete && (
          <Button
            variant="quiet"
            aria-label={`${words.recordings.delete}: ${recording.title}`}
            onClick={() => setIsAsking(true)}
          >
            {words.recordings.delete}
          </Button>
        )}
        {recording.state === "available" && (
          <Link
            to={`/recordings/${encodeURIComponent(recording.recording_id)}`}
            className={buttonClass("primary", "large")}
          >
            {words.recordings.watch}
          </Link>
        )}
      </div>
      {isAsking && (
        <DeleteDialog
          recording={recording}
          onClose={() => setIsAsking(false)}
          onDeleted={onDeleted}
        />
      )}
    </Card>
  );
}

interface DeleteDialogProps extends RecordingRowProps {
  onClose: () => void;
}

function DeleteDialog({ recording, onClose, onDeleted }: DeleteDialogProps) {
  const words = useWords();
  const toast = useToast();
  const [run, isBusy] = useAction();
  const confirm = () =>
    run(async () => {
      await deleteRecording(recording.recording_id);
      toast(words.recordings.deleted);
      onClose();
      onDeleted();
    });
  return (
    <Dialog
      title={words.recordings.deleteTitle}
      onClose={onClose}
      actions={
        <Button variant="danger" isBusy={isBusy} onClick={confirm}>
          {words.recordings.deleteConfirm}
        </Button>
      }
    >
      {words.recordings.deleteHint(recording.title)}
    </Dialog>
  );
}
