import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { Cue } from "../../api/types";
import { useWords } from "../../i18n";
import { readTime, writeTime } from "../../replay/captions";
import type { ReplayPlayer } from "../../replay/player";
import { Button } from "../Button";
import { Field } from "../Field";
import fieldStyles from "../Field.module.css";
import styles from "./CaptionForm.module.css";

interface CaptionFormProps {
  cue: Cue;
  player: ReplayPlayer;
  isBusy: boolean;
  onSave: (cue: Cue) => void;
  /** Null: there is nothing to remove yet. */
  onRemove: (() => void) | null;
  onCancel: () => void;
}

/** One caption: its words, and its times as text or taken from the player. */
export function CaptionForm({ cue, player, isBusy, onSave, onRemove, onCancel }: CaptionFormProps) {
  const words = useWords();
  const own = words.replay.captions;
  const textId = useId();
  const textArea = useRef<HTMLTextAreaElement>(null);
  const [starts, setStarts] = useState(writeTime(cue.starts_ms));
  const [ends, setEnds] = useState(writeTime(cue.ends_ms));
  const [text, setText] = useState(cue.text);
  const [isTried, setIsTried] = useState(false);
  useEffect(() => textArea.current?.focus(), []);

  const startsMs = readTime(starts);
  const endsMs = readTime(ends);
  const isOrdered = startsMs === null || endsMs === null || endsMs > startsMs;
  const isMissing = text.trim() === "";
  const now = () => writeTime(player.snapshot().positionMs);

  function submit(event: FormEvent) {
    event.preventDefault();
    setIsTried(true);
    if (startsMs === null || endsMs === null || !isOrdered || isMissing) return;
    onSave({ starts_ms: startsMs, ends_ms: endsMs, text: text.trim() });
  }

  const timeField = (
    label: string,
    value: string,
    set: (value: string) => void,
    error: string | undefined,
    takeLabel: string,
  ) => (
    <div className={styles.time}>
      <Field
        label={label}
        hint={own.timeHint}
        value={value}
        inputMode="decimal"
        autoComplete="off"
        maxLength={12}
        error={error}
        onChange={(event) => set(event.target.value)}
      />
      <Button size="small" icon="clock" aria-label={takeLabel} onClick={() => set(now())}>
        {own.takeTime}
      </Button>
    </div>
  );

  return (
    <form className={styles.form} onSubmit={submit}>
      <div className={styles.times}>
        {timeField(
          own.starts,
          starts,
          setStarts,
          startsMs === null ? own.timeInvalid : undefined,
          own.takeStart,
        )}
        {timeField(
          own.ends,
          ends,
          setEnds,
          endsMs === null ? own.timeInvalid : isOrdered ? undefined : own.orderInvalid,
          own.takeEnd,
        )}
      </div>
      <div className={fieldStyles.field}>
        <label htmlFor={textId}>{own.text}</label>
        <textarea
          id={textId}
          ref={textArea}
          className={styles.text}
          rows={2}
          maxLength={500}
          value={text}
          aria-invalid={(isTried && isMissing) || undefined}
          aria-describedby={isTried && isMissing ? `${textId}-more` : undefined}
          onChange={(event) => setText(event.target.value)}
        />
        {isTried && isMissing && (
          <p id={`${textId}-more`} className={fieldStyles.error}>
            {own.textMissing}
          </p>
        )}
      </div>
      <div className={styles.actions}>
        <Button type="submit" variant="primary" icon="check" isBusy={isBusy}>
          {own.save}
        </Button>
        <Button onClick={onCancel}>{words.common.cancel}</Button>
        {onRemove && (
          <Button variant="quiet" icon="trash" disabled={isBusy} onClick={onRemove}>
            {own.remove}
          </Button>
        )}
      </div>
    </form>
  );
}
