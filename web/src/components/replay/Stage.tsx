import type { Recording, RecordingTrack } from "../../api/types";
import { useWords } from "../../i18n";
import type { PlayerState } from "../../replay/player";
import { isActive, isAudible, isShared, type View } from "../../replay/selection";
import { slideAt } from "../../replay/slides";
import { wasHeard } from "../../replay/sound";
import { Icon } from "../Icon";
import { Spinner } from "../Spinner";
import { ClassroomSound } from "./ClassroomSound";
import type { Follow } from "./Picture";
import { ReplaySlide } from "./ReplaySlide";
import { ReplayTile } from "./ReplayTile";
import styles from "./Stage.module.css";

interface StageProps {
  recording: Recording;
  view: View;
  state: PlayerState;
  /** The tracks that are on the page now. */
  loaded: readonly RecordingTrack[];
  /** What is said now; "" if nothing. */
  caption: string;
  follow: Follow;
  onListen: (participantId: string | null) => void;
}

/**
 * Whom the spotlight shows, the slides or the lead large, the others beside; without pictures who is heard. A shared
 * screen covers the slides.
 */
export function Stage({ recording, view, state, loaded, caption, follow, onListen }: StageProps) {
  const words = useWords();
  const people = whoAppears(recording.tracks);
  const lead = leadOf(recording, people, view.positionMs);
  const spotlight = spotlightOf(recording, people, view.positionMs);
  const large = spotlight ?? lead;
  const others = people.filter((one) => one !== large && (one === lead || one.role !== "lead"));
  const hasSlides =
    slideAt(recording.slides, view.positionMs) !== null &&
    !recording.tracks.some((one) => isShared(one) && isActive(one, view.positionMs));
  const isSlideLarge = hasSlides && !spotlight;
  const hasSide = others.length > 0 || (hasSlides && !isSlideLarge);
  const isAlone = !hasSide && !(isSlideLarge && large);
  const slide = (className: string | undefined) => (
    <ReplaySlide slides={recording.slides} positionMs={view.positionMs} className={className} />
  );
  const tile = (one: RecordingTrack, isMain: boolean) => (
    <ReplayTile
      key={one.participant_id}
      who={one}
      isMain={isMain}
      isOnStage={one.role === "classroom" && wasHeard(recording, one, view.positionMs)}
      view={view}
      state={state}
      tracks={videosOf(recording.tracks, one)}
      loaded={videosOf(loaded, one)}
      follow={follow}
    >
      {one.role === "classroom" && (
        <ClassroomSound
          isHeard={wasHeard(recording, one, view.positionMs)}
          isListening={view.listening === one.participant_id}
          onListen={(isOn) => onListen(isOn ? one.participant_id : null)}
        />
      )}
    </ReplayTile>
  );
  return (
    <div className={styles.frame} data-beside={(view.mode !== "sound" && !isAlone) || undefined}>
      {view.mode === "sound" ? (
        <div className={styles.sound}>
          <Icon name="speaker" size={56} />
          <p>{words.replay.hearing}</p>
          <ul>
            {people
              .filter((one) => isAudible(recording, one, view))
              .map((one) => (
                <li key={one.participant_id}>
                  {one.name} <span>{one.school}</span>
                </li>
              ))}
          </ul>
        </div>
      ) : (
        <div
          className={styles.pictures}
          data-alone={isAlone || undefined}
          data-slides={isSlideLarge || undefined}
        >
          {isSlideLarge && slide(styles.slide)}
          {/* The same element wherever it stands: a picture that is moved in the page begins to load anew. */}
          {large && <div className={styles.lead}>{tile(large, !isSlideLarge)}</div>}
          {hasSide && (
            <div className={styles.side} data-many={others.length > 3 || undefined}>
              {hasSlides && !isSlideLarge && slide(styles.smallSlide)}
              {others.map((one, index) => tile(one, !isSlideLarge && !large && index === 0))}
            </div>
          )}
        </div>
      )}
      {caption && <p className={styles.caption}>{caption}</p>}
      <div className={styles.waiting} role="status">
        {state.isPlaying && state.waitingSinceMs !== null && (
          <Spinner label={words.replay.buffering} />
        )}
      </div>
    </div>
  );
}

function videosOf(tracks: readonly RecordingTrack[], who: RecordingTrack): RecordingTrack[] {
  return tracks.filter((t) => t.participant_id === who.participant_id && t.kind === "video");
}

/** One track of each participant, in the order in which they first appear. */
function whoAppears(tracks: readonly RecordingTrack[]): RecordingTrack[] {
  const first = new Map<string, RecordingTrack>();
  for (const track of [...tracks].sort((a, b) => a.starts_ms - b.starts_ms)) {
    if (!first.has(track.participant_id)) first.set(track.participant_id, track);
  }
  return [...first.values()];
}

/** Whom every screen showed large at the position, more than usual. */
function spotlightOf(
  recording: Recording,
  people: readonly RecordingTrack[],
  positionMs: number,
): RecordingTrack | undefined {
  const stage = recording.stage.filter((change) => change.at_ms <= positionMs).at(-1);
  return people.find((one) => one.participant_id === stage?.spotlight);
}

/** Who leads at the position: the lead on stage, for a lesson may be handed over. */
function leadOf(
  recording: Recording,
  people: readonly RecordingTrack[],
  positionMs: number,
): RecordingTrack | undefined {
  const leads = people.filter((one) => one.role === "lead");
  const stage = recording.stage.filter((change) => change.at_ms <= positionMs).at(-1);
  return leads.find((one) => stage?.on_stage.includes(one.participant_id)) ?? leads[0];
}
