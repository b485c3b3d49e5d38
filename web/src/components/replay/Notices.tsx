import { useState } from "react";
import type { Gap, Recording } from "../../api/types";
import { useOnline } from "../../hooks/useOnline";
import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import type { PlayerState } from "../../replay/player";
import { isActive, type ViewMode } from "../../replay/selection";
import { Banner } from "../Banner";
import { Button } from "../Button";

/** A wait this long is worth a word about how to avoid it. */
const SLOW_MS = 6_000;
/** Where somebody goes on is said until they have seen that much more. */
const RESUMED_FOR_MS = 20_000;

interface NoticesProps {
  recording: Recording;
  state: PlayerState;
  viewMode: ViewMode;
  /** Where it went on from last time; 0: it began at the start. */
  resumedAtMs: number;
  onViewMode: (mode: ViewMode) => void;
  onSeek: (positionMs: number) => void;
  onReload: () => void;
}

/** What is not as it should be at this position, and what to do. */
export function Notices(props: NoticesProps) {
  const { recording, state, viewMode, resumedAtMs, onViewMode, onSeek, onReload } = props;
  const words = useWords().replay;
  const isOnline = useOnline();
  const gap = gapAt(recording, state.positionMs);
  const isSlow =
    state.waitingSinceMs !== null && performance.now() - state.waitingSinceMs > SLOW_MS;
  return (
    <>
      <Resumed
        positionMs={state.positionMs}
        resumedAtMs={resumedAtMs}
        onFromStart={() => onSeek(0)}
      />
      {!isOnline && (
        <Banner tone="warn" title={words.offlineTitle}>
          {words.offlineHint}
        </Banner>
      )}
      {isOnline && isSlow && (
        <Banner
          tone="warn"
          title={words.slowTitle}
          action={
            viewMode === "all" ? (
              <Button onClick={() => onViewMode("saving")}>{words.modes.saving}</Button>
            ) : (
              viewMode === "saving" && (
                <Button onClick={() => onViewMode("sound")}>{words.modes.sound}</Button>
              )
            )
          }
        >
          {viewMode !== "sound" && words.slowHint}
        </Banner>
      )}
      {state.failed.size > 0 && (
        <Banner
          tone="warn"
          title={words.trackFailed}
          action={<Button onClick={onReload}>{words.loadAgain}</Button>}
        />
      )}
      {gap && (
        <Banner
          title={words.gap(Math.max(1, Math.round((gap.to_ms - gap.from_ms) / 1000)))}
          action={<Button onClick={() => onSeek(gap.to_ms)}>{words.skipGap}</Button>}
        >
          {gapReason(words.gapReason, gap.reason)}
        </Banner>
      )}
    </>
  );
}

function Resumed({
  positionMs,
  resumedAtMs,
  onFromStart,
}: {
  positionMs: number;
  resumedAtMs: number;
  onFromStart: () => void;
}) {
  const words = useWords().replay;
  const [isOver, setIsOver] = useState(resumedAtMs === 0);
  const hasMoved = positionMs < resumedAtMs || positionMs > resumedAtMs + RESUMED_FOR_MS;
  if (hasMoved && !isOver) setIsOver(true);
  if (isOver) return null;
  return (
    <Banner
      title={words.resumed(formatDuration(resumedAtMs))}
      action={<Button onClick={onFromStart}>{words.fromStart}</Button>}
    />
  );
}

function gapAt(recording: Recording, positionMs: number): Gap | undefined {
  if (recording.tracks.some((track) => isActive(track, positionMs))) return undefined;
  return recording.gaps.find((gap) => positionMs >= gap.from_ms && positionMs < gap.to_ms);
}

function gapReason(words: Record<string, string>, reason: string): string {
  return words[reason] ?? words.other ?? "";
}
