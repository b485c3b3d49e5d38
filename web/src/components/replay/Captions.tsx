import { memo, useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { captionsUrl, saveCaptions, uploadCaptions } from "../../api/recordings";
import type { Captions as CaptionsValue, Cue } from "../../api/types";
import { errorWords, useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { withCue } from "../../replay/captions";
import type { ReplayPlayer } from "../../replay/player";
import { Button, buttonClass } from "../Button";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { useToast } from "../Toast";
import { CaptionForm } from "./CaptionForm";
import styles from "./Lists.module.css";

/** A new caption is shown this long, until somebody says otherwise. */
const NEW_MS = 3_000;

interface CaptionsProps {
  recordingId: string;
  captions: CaptionsValue;
  mayEdit: boolean;
  isPublic: boolean;
  player: ReplayPlayer;
  /** Which one is shown now; -1: none. */
  activeIndex: number;
  onChange: (captions: CaptionsValue) => void;
  /** Somebody else was quicker: what is shown here is old. */
  onStale: () => void;
}

type Editing = { index: number | null; cue: Cue };

/** Everything that is said, line by line; whoever may edit does it here, with the times of the player. */
export const Captions = memo(function Captions(props: CaptionsProps) {
  const { recordingId, captions, mayEdit, isPublic, player, activeIndex } = props;
  const words = useWords();
  const own = words.replay.captions;
  const toast = useToast();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [chosenFile, setChosenFile] = useState<File | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const { cues, revision } = captions;
  if (cues.length === 0 && !mayEdit) return null;

  async function change(send: () => Promise<CaptionsValue>, done: (now: CaptionsValue) => string) {
    setIsBusy(true);
    try {
      const now = await send();
      props.onChange(now);
      setEditing(null);
      toast(done(now));
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError("failed", "", 0);
      const problem = errorWords(words, known.code);
      toast(known.line === null ? problem : own.atLine(known.line, problem), "error");
      if (known.code === "captions_changed") {
        setEditing(null);
        props.onStale();
      }
    } finally {
      setIsBusy(false);
    }
  }
  const save = (changed: Cue[]) =>
    change(
      () => saveCaptions(recordingId, { revision, cues: changed }),
      () => own.saved,
    );
  const upload = (chosen: File) =>
    change(
      () => uploadCaptions(recordingId, revision, chosen),
      (now) => own.uploaded(now.cues.length),
    );

  function addHere() {
    player.pause();
    const { positionMs } = player.snapshot();
    const starts_ms = Math.round(Math.min(positionMs, player.durationMs - 1));
    const ends_ms = Math.min(starts_ms + NEW_MS, player.durationMs);
    setEditing({ index: null, cue: { starts_ms, ends_ms, text: "" } });
  }

  const form = (one: Editing) => (
    <CaptionForm
      key={one.index}
      cue={one.cue}
      player={player}
      isBusy={isBusy}
      onSave={(cue) => save(withCue(cues, one.index, cue))}
      onRemove={one.index === null ? null : () => save(withCue(cues, one.index, null))}
      onCancel={() => setEditing(null)}
    />
  );

  return (
    <section className={styles.list} aria-label={own.title}>
      <div className={styles.head}>
        <h2>{own.title}</h2>
        {cues.length > 0 && !isPublic && (
          <a href={captionsUrl(recordingId)} download className={buttonClass("quiet")}>
            <Icon name="download" />
            <span>{own.download}</span>
          </a>
        )}
      </div>
      {mayEdit && (
        <div className={styles.tools}>
          <Button icon="plus" onClick={addHere}>
            {own.add}
          </Button>
          <Button icon="upload" isBusy={isBusy} onClick={() => file.current?.click()}>
            {own.upload}
          </Button>
          <input
            ref={file}
            type="file"
            accept=".vtt,text/vtt"
            hidden
            aria-label={own.upload}
            onChange={(event) => {
              const chosen = event.target.files?.[0];
              // The same file may be chosen again after it was mended.
              event.target.value = "";
              if (chosen && cues.length > 0) setChosenFile(chosen);
              else if (chosen) upload(chosen);
            }}
          />
        </div>
      )}
      {editing?.index === null && form(editing)}
      {cues.length === 0 && !editing && <p className={styles.none}>{own.none}</p>}
      <ol>
        {cues.map((cue, index) =>
          editing?.index === index ? (
            <li key={`${cue.starts_ms} ${cue.ends_ms} ${cue.text}`}>{form(editing)}</li>
          ) : (
            <li key={`${cue.starts_ms} ${cue.ends_ms} ${cue.text}`} className={styles.row}>
              <button
                type="button"
                className={styles.line}
                aria-current={index === activeIndex || undefined}
                onClick={() => player.seek(cue.starts_ms)}
              >
                <span className={styles.time}>{formatDuration(cue.starts_ms)}</span>
                <span className={styles.text}>{cue.text}</span>
              </button>
              {mayEdit && (
                <Button
                  variant="quiet"
                  icon="pencil"
                  aria-label={own.editOf(formatDuration(cue.starts_ms))}
                  title={own.edit}
                  onClick={() => setEditing({ index, cue })}
                />
              )}
            </li>
          ),
        )}
      </ol>
      {chosenFile && (
        <Dialog
          title={own.replaceTitle}
          onClose={() => setChosenFile(null)}
          actions={
            <Button
              variant="primary"
              onClick={() => {
                upload(chosenFile);
                setChosenFile(null);
              }}
            >
              {own.replace}
            </Button>
          }
        >
          {own.replaceHint(cues.length)}
        </Dialog>
      )}
    </section>
  );
});
