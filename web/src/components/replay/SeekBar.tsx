import { type PointerEvent, useRef, useState } from "react";
import type { Recording } from "../../api/types";
import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { thumbnailAt } from "../../replay/thumbnails";
import { chapterName } from "./chapterName";
import styles from "./SeekBar.module.css";

interface SeekBarProps {
  recording: Recording;
  positionMs: number;
  onSeek: (positionMs: number) => void;
}

/** The whole lesson as a line: where we are, what is missing, where chapters begin; a look at what is under the pointer. */
export function SeekBar({ recording, positionMs, onSeek }: SeekBarProps) {
  const words = useWords();
  const bar = useRef<HTMLInputElement>(null);
  const [pointedMs, setPointedMs] = useState<number | null>(null);
  // While somebody drags, only the look ahead moves: every track would have to follow each pixel.
  const [draggedMs, setDraggedMs] = useState<number | null>(null);
  const isDragging = useRef(false);
  const durationMs = Math.max(1, recording.duration_ms);
  const shownMs = draggedMs ?? positionMs;
  const share = (ms: number) => `${(Math.min(Math.max(0, ms), durationMs) / durationMs) * 100}%`;

  function pointAt(event: PointerEvent) {
    const box = bar.current?.getBoundingClientRect();
    if (!box) return;
    const at = ((event.clientX - box.left) / box.width) * durationMs;
    setPointedMs(Math.min(Math.max(0, at), durationMs));
  }

  function letGo() {
    isDragging.current = false;
    if (draggedMs !== null) onSeek(draggedMs);
    setDraggedMs(null);
  }

  return (
    <div className={styles.bar} onPointerMove={pointAt} onPointerLeave={() => setPointedMs(null)}>
      <div className={styles.rail} aria-hidden>
        <div className={styles.played} style={{ width: share(shownMs) }} />
        {recording.gaps.map((gap) => (
          <span
            key={gap.from_ms}
            className={styles.gap}
            style={{ left: share(gap.from_ms), width: share(gap.to_ms - gap.from_ms) }}
          />
        ))}
        {recording.chapters.map((chapter) => (
          <span
            key={`${chapter.at_ms} ${chapter.kind} ${chapter.participant_id}`}
            className={styles.mark}
            style={{ left: share(chapter.at_ms) }}
          />
        ))}
      </div>
      <input
        ref={bar}
        type="range"
        aria-label={words.replay.position}
        aria-valuetext={`${formatDuration(shownMs)} / ${formatDuration(durationMs)}`}
        min={0}
        max={durationMs}
        step={1000}
        value={Math.round(shownMs)}
        onPointerDown={() => {
          isDragging.current = true;
        }}
        onPointerUp={letGo}
        onPointerCancel={letGo}
        onChange={(event) => {
          const at = Number(event.target.value);
          if (isDragging.current) setDraggedMs(at);
          else onSeek(at);
        }}
      />
      {pointedMs !== null && (
        <Preview recording={recording} atMs={pointedMs} left={share(pointedMs)} />
      )}
    </div>
  );
}

function Preview({ recording, atMs, left }: { recording: Recording; atMs: number; left: string }) {
  const words = useWords();
  const picture = thumbnailAt(recording.thumbnails, atMs);
  const chapter = recording.chapters.filter((one) => one.at_ms <= atMs).at(-1);
  const gap = recording.gaps.find((one) => one.from_ms <= atMs && atMs < one.to_ms);
  return (
    <div className={styles.preview} style={{ left }} aria-hidden>
      {picture && recording.thumbnails && (
        <div
          className={styles.picture}
          style={{
            width: recording.thumbnails.width,
            height: recording.thumbnails.height,
            backgroundImage: `url("${picture.sheet}")`,
            backgroundPosition: `-${picture.x}px -${picture.y}px`,
          }}
        />
      )}
      <strong>{formatDuration(atMs)}</strong>
      {gap ? (
        <span>{words.replay.gap(Math.round((gap.to_ms - gap.from_ms) / 1000))}</span>
      ) : (
        chapter && <span>{chapterName(words, chapter)}</span>
      )}
    </div>
  );
}
