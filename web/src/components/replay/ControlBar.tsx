import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { type KeyAction, SPEEDS } from "../../replay/keys";
import type { PlayerState } from "../../replay/player";
import type { ViewMode } from "../../replay/selection";
import { Button } from "../Button";
import { classes } from "../classes";
import type { IconName } from "../Icon";
import styles from "./ControlBar.module.css";
import { ViewModes } from "./ViewModes";

interface ControlBarProps {
  state: PlayerState;
  durationMs: number;
  hasCaptions: boolean;
  showsCaptions: boolean;
  viewMode: ViewMode;
  onViewMode: (mode: ViewMode) => void;
  onAction: (action: KeyAction) => void;
  onSpeed: (speed: number) => void;
}

export function ControlBar(props: ControlBarProps) {
  const { state, durationMs, hasCaptions, showsCaptions, onAction } = props;
  const words = useWords().replay;
  const small = (
    icon: IconName,
    label: string,
    action: KeyAction,
    more: { isPressed?: boolean; className?: string | undefined } = {},
  ) => (
    <Button
      variant="night"
      className={classes(styles.small, more.className)}
      icon={icon}
      aria-label={label}
      title={label}
      aria-pressed={more.isPressed}
      onClick={() => onAction(action)}
    />
  );
  return (
    <div className={styles.bar}>
      <div className={styles.group}>
        <Button
          variant="primary"
          size="large"
          className={styles.play}
          icon={state.isPlaying ? "pause" : "play"}
          onClick={() => onAction({ type: "toggle" })}
        >
          {state.isPlaying ? words.pause : words.play}
        </Button>
        {small("rewind", words.back, { type: "step", byMs: -10_000 })}
        {small("forward", words.on, { type: "step", byMs: 10_000 })}
        <span className={styles.clock}>
          <strong>{formatDuration(state.positionMs)}</strong> / {formatDuration(durationMs)}
        </span>
      </div>
      <div className={styles.group}>
        <ViewModes mode={props.viewMode} onChange={props.onViewMode} />
        <label className={styles.speed}>
          <span>{words.speed}</span>
          <select
            value={state.speed}
            onChange={(event) => props.onSpeed(Number(event.target.value))}
          >
            {SPEEDS.map((speed) => (
              <option key={speed} value={speed}>
                {words.times(speed)}
              </option>
            ))}
          </select>
        </label>
        {small(
          state.isMuted ? "speakerOff" : "speaker",
          state.isMuted ? words.unmute : words.mute,
          { type: "mute" },
        )}
        {hasCaptions &&
          small(
            "captions",
            showsCaptions ? words.captions.hide : words.captions.show,
            { type: "captions" },
            { isPressed: showsCaptions },
          )}
        {small("fullscreen", words.fullscreen, { type: "fullscreen" })}
        {small("keyboard", words.keysTitle, { type: "help" }, { className: styles.help })}
      </div>
    </div>
  );
}
