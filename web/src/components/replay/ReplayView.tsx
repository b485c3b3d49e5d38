import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Captions as CaptionsValue, Recording, RecordingTrack } from "../../api/types";
import { useRemembered } from "../../hooks/useRemembered";
import { useReplayKeys } from "../../hooks/useReplayKeys";
import { useWatchReports } from "../../hooks/useWatchReports";
import { captionAt } from "../../replay/captions";
import { chapterBeside, type KeyAction, speedBeside } from "../../replay/keys";
import { ReplayPlayer } from "../../replay/player";
import { type ReplayMode, resumeAt } from "../../replay/progress";
import { isAudible, isEssential, tracksToLoad, VIEW_MODES } from "../../replay/selection";
import { Captions } from "./Captions";
import { Chapters } from "./Chapters";
import { ControlBar } from "./ControlBar";
import { KeyHelp } from "./KeyHelp";
import { Notices } from "./Notices";
import { Sound } from "./Picture";
import styles from "./ReplayView.module.css";
import { SeekBar } from "./SeekBar";
import { Stage } from "./Stage";

const CAPTIONS_CHOICE = ["on", "off"] as const;

interface ReplayViewProps {
  recording: Recording;
  /** `public`: behind a share link, where nothing is told to the server. */
  mode: ReplayMode;
  /** Fetch the recording again: its addresses have expired, or somebody else has changed its captions. */
  onReload: () => void;
}

/** The recorded lesson on one time line: pictures, sound, captions, one play bar, chapters. */
export function ReplayView(props: ReplayViewProps) {
  return <Replay key={props.recording.recording_id} {...props} />;
}

function Replay({ recording, mode, onReload }: ReplayViewProps) {
  const [resumedAtMs] = useState(() => resumeAt(recording, mode));
  const [player] = useState(() => new ReplayPlayer(recording.duration_ms, resumedAtMs));
  const state = useSyncExternalStore(player.subscribe, player.snapshot);
  useEffect(() => () => player.close(), [player]);
  useWatchReports(player, recording.recording_id, mode);

  const [viewMode, setViewMode] = useRemembered("tongtang.replay.view", VIEW_MODES);
  const [captionsChoice, setCaptionsChoice] = useRemembered(
    "tongtang.replay.captions",
    CAPTIONS_CHOICE,
  );
  const [listening, setListening] = useState<string | null>(null);
  const [captions, setCaptions] = useNewest(recording.captions);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const theatre = useRef<HTMLDivElement>(null);

  const view = { mode: viewMode, positionMs: state.positionMs, listening };
  const latest = useRef({ recording, view });
  useEffect(() => {
    latest.current = { recording, view };
  });
  const follow = useCallback(
    (track: RecordingTrack, element: HTMLMediaElement) =>
      player.attach(track, element, () =>
        isEssential(latest.current.recording, track, latest.current.view),
      ),
    [player],
  );
  const seek = useCallback((positionMs: number) => player.seek(positionMs), [player]);
  const loaded = tracksToLoad(recording, view, window.location.origin);
  const hasCaptions = captions.cues.length > 0;
  const caption =
    hasCaptions && captionsChoice === "on" ? captionAt(captions.cues, state.positionMs) : "";

  function toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else theatre.current?.requestFullscreen?.().catch(() => undefined);
  }

  function act(action: KeyAction) {
    switch (action.type) {
      case "toggle":
        return player.toggle();
      case "step":
        return player.seek(state.positionMs + action.byMs);
      case "part":
        return player.seek(action.share * recording.duration_ms);
      case "chapter": {
        const at = chapterBeside(recording.chapters, state.positionMs, action.by);
        return player.seek(at ?? (action.by < 0 ? 0 : state.positionMs));
      }
      case "speed":
        return player.setSpeed(speedBeside(state.speed, action.by));
      case "mute":
        return player.setMuted(!state.isMuted);
      case "captions":
        return setCaptionsChoice(captionsChoice === "on" ? "off" : "on");
      case "fullscreen":
        return toggleFullscreen();
      case "help":
        return setIsHelpOpen(true);
    }
  }
  useReplayKeys(act);

  return (
    <div className={styles.replay}>
      <div className={styles.theatre} ref={theatre}>
        <Stage
          recording={recording}
          view={view}
          state={state}
          loaded={loaded}
          caption={caption}
          follow={follow}
          onListen={setListening}
        />
        <SeekBar recording={recording} positionMs={state.positionMs} onSeek={seek} />
        <ControlBar
          state={state}
          durationMs={recording.duration_ms}
          hasCaptions={hasCaptions}
          showsCaptions={captionsChoice === "on"}
          viewMode={viewMode}
          onViewMode={setViewMode}
          onAction={act}
          onSpeed={(speed) => player.setSpeed(speed)}
        />
      </div>
      {loaded
        .filter((track) => track.kind === "audio")
        .map((track) => (
          <Sound
            key={track.track_id}
            track={track}
            follow={follow}
            isMuted={state.isMuted || !isAudible(recording, track, view)}
          />
        ))}
      <Notices
        recording={recording}
        state={state}
        viewMode={viewMode}
        resumedAtMs={resumedAtMs}
        onViewMode={setViewMode}
        onSeek={seek}
        onReload={onReload}
      />
      <div className={styles.lists}>
        <Chapters recording={recording} positionMs={state.positionMs} onSeek={seek} />
        <Captions
          recordingId={recording.recording_id}
          captions={captions}
          mayEdit={mode === "staff" && recording.may_edit_captions}
          isPublic={mode === "public"}
          player={player}
          activeIndex={captions.cues.findIndex(
            (cue) => cue.starts_ms <= state.positionMs && state.positionMs < cue.ends_ms,
          )}
          onChange={setCaptions}
          onStale={onReload}
        />
      </div>
      {isHelpOpen && <KeyHelp onClose={() => setIsHelpOpen(false)} />}
    </div>
  );
}

/** The captions as the server said last: with the page, or in answer to a change made here. */
function useNewest(fromPage: CaptionsValue): [CaptionsValue, (captions: CaptionsValue) => void] {
  const [changed, setChanged] = useState<CaptionsValue | null>(null);
  return [changed && changed.revision > fromPage.revision ? changed : fromPage, setChanged];
}
