import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import type { PlayerState, ReplayPlayer } from "../../replay/player";
import { Button } from "../Button";
import styles from "./Theatre.module.css";

interface PlayBarProps {
  player: ReplayPlayer;
  state: PlayerState;
  durationMs: number;
}

export function PlayBar({ player, state, durationMs }: PlayBarProps) {
  const words = useWords();
  return (
    <div className={styles.bar}>
      <Button
        variant="primary"
        size="large"
        icon={state.isPlaying ? "pause" : "play"}
        title={words.replay.keys}
        onClick={() => player.toggle()}
      >
        {state.isPlaying ? words.replay.pause : words.replay.play}
      </Button>
      <input
        type="range"
        className={styles.position}
        aria-label={words.replay.position}
        aria-valuetext={formatDuration(state.positionMs)}
        min={0}
        max={Math.max(1, durationMs)}
        step={1000}
        value={Math.round(state.positionMs)}
        onChange={(event) => player.seek(Number(event.target.value))}
      />
      <span className={styles.clock}>
        {formatDuration(state.positionMs)} / {formatDuration(durationMs)}
      </span>
      <span className={styles.buffering} role="status">
        {state.isPlaying && state.isBuffering ? words.replay.buffering : ""}
      </span>
    </div>
  );
}
