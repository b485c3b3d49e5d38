import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Recording, RecordingTrack } from "../../api/types";
import { useWords } from "../../i18n";
import { isActive, ReplayPlayer, tracksNear } from "../../replay/player";
import { wasHeard } from "../../replay/sound";
import { Banner } from "../Banner";
import { Chapters } from "./Chapters";
import { ClassroomSound } from "./ClassroomSound";
import { PlayBar } from "./PlayBar";
import { ReplayTile, Sound } from "./ReplayTile";
import styles from "./Theatre.module.css";

const STEP_MS = 5_000;

/** The recorded lesson on one time line: the lead large, classrooms beside it, one play bar. */
export function Theatre({ recording }: { recording: Recording }) {
  const words = useWords();
  const player = useMemo(() => new ReplayPlayer(recording.duration_ms), [recording]);
  const state = useSyncExternalStore(player.subscribe, player.snapshot);
  useEffect(() => () => player.close(), [player]);
  useKeys(player);

  const near = tracksNear(recording.tracks, state.positionMs);
  const people = whoAppears(recording.tracks);
  const lead = people.find((one) => one.role === "lead");
  const others = people.filter((one) => one !== lead);
  const isGap = recording.gaps.some(
    (gap) => state.positionMs >= gap.from_ms && state.positionMs < gap.to_ms,
  );
  const [listening, setListening] = useState<string | null>(null);
  const isHeard = (who: RecordingTrack) => wasHeard(recording, who, state.positionMs);
  const tile = (one: RecordingTrack, isMain: boolean) => (
    <ReplayTile
      key={one.participant_id}
      name={one.name}
      school={one.school}
      isMain={isMain}
      player={player}
      positionMs={state.positionMs}
      tracks={near.filter((t) => t.participant_id === one.participant_id && t.kind === "video")}
      isBeforeFirst={!recording.tracks.some((t) => isVideoBefore(t, one, state.positionMs))}
    >
      {one.role === "classroom" && (
        <ClassroomSound
          isHeard={isHeard(one)}
          isListening={listening === one.participant_id}
          onListen={(isOn) => setListening(isOn ? one.participant_id : null)}
        />
      )}
    </ReplayTile>
  );

  return (
    <div className={styles.theatre}>
      <div className={styles.screen} data-alone={others.length === 0 || undefined}>
        {lead && tile(lead, true)}
        {others.length > 0 && (
          <div className={styles.side}>{others.map((o) => tile(o, !lead))}</div>
        )}
      </div>
      {near
        .filter((track) => track.kind === "audio")
        .map((track) => (
          <Sound
            key={track.track_id}
            track={track}
            player={player}
            isMuted={!isHeard(track) && listening !== track.participant_id}
          />
        ))}
      <PlayBar player={player} state={state} durationMs={recording.duration_ms} />
      {state.hasFailed && <Banner tone="warn" title={words.replay.trackFailed} />}
      {isGap && !near.some((track) => isActive(track, state.positionMs)) && (
        <Banner title={words.replay.gap} />
      )}
      <Chapters recording={recording} onSeek={(ms) => player.seek(ms)} />
    </div>
  );
}

function isVideoBefore(track: RecordingTrack, who: RecordingTrack, positionMs: number): boolean {
  const isOwn = track.participant_id === who.participant_id && track.kind === "video";
  return isOwn && track.starts_ms <= positionMs;
}

/** One track of each participant, in the order in which they first appear. */
function whoAppears(tracks: readonly RecordingTrack[]): RecordingTrack[] {
  const first = new Map<string, RecordingTrack>();
  for (const track of [...tracks].sort((a, b) => a.starts_ms - b.starts_ms)) {
    if (!first.has(track.participant_id)) first.set(track.participant_id, track);
  }
  return [...first.values()];
}

function useKeys(player: ReplayPlayer): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const target = event.target;
      if (target instanceof HTMLElement && target.closest("button, a, input")) return;
      if (event.key === " ") player.toggle();
      else if (event.key === "ArrowLeft") player.seek(player.snapshot().positionMs - STEP_MS);
      else if (event.key === "ArrowRight") player.seek(player.snapshot().positionMs + STEP_MS);
      else return;
      event.preventDefault();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [player]);
}
