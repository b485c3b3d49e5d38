import type { ReactNode } from "react";
import type { RecordingTrack } from "../../api/types";
import { useWords } from "../../i18n";
import type { PlayerState } from "../../replay/player";
import { isActive, isShared, type View } from "../../replay/selection";
import { classes } from "../classes";
import { Icon } from "../Icon";
import { type Follow, Picture } from "./Picture";
import styles from "./ReplayTile.module.css";

interface ReplayTileProps {
  /** Any track of the participant: its name and school. */
  who: RecordingTrack;
  isMain: boolean;
  isOnStage: boolean;
  view: View;
  state: PlayerState;
  /** All video tracks of this participant. */
  tracks: readonly RecordingTrack[];
  /** Those of them that are on the page now. */
  loaded: readonly RecordingTrack[];
  follow: Follow;
  /** Marks and buttons over the picture, top left. */
  children?: ReactNode;
}

/** One participant's picture; a card that says why where there is none, never a frozen face. */
export function ReplayTile(props: ReplayTileProps) {
  const { who, isMain, isOnStage, view, state, tracks, loaded, follow, children } = props;
  const words = useWords();
  const front = frontOf(tracks, loaded, view.positionMs);
  const isActiveNow = tracks.some((track) => isActive(track, view.positionMs));
  const hasFailed = front !== undefined && state.failed.has(front.track_id);
  const why = hasFailed
    ? words.replay.pictureFailed
    : !isActiveNow
      ? words.replay.cameraOff
      : view.mode === "saving"
        ? words.replay.leftOut
        : words.replay.tooMany;
  return (
    <figure className={classes(styles.tile, isMain && styles.main, isOnStage && styles.onStage)}>
      {loaded.map((track) => (
        <Picture
          key={track.track_id}
          track={track}
          follow={follow}
          name={who.name}
          isShown={track === front && !hasFailed}
        >
          <div className={classes(styles.nothing, styles.over)}>
            <Icon name="cameraOff" size={isMain ? 40 : 28} />
            {words.replay.cameraOff}
          </div>
        </Picture>
      ))}
      {(!front || hasFailed) && (
        <div className={styles.nothing}>
          <Icon name="cameraOff" size={isMain ? 40 : 28} />
          {why}
        </div>
      )}
      {front && state.leftBehind.has(front.track_id) && (
        <p className={styles.behind}>{words.replay.leftBehind}</p>
      )}
      {children && <div className={styles.marks}>{children}</div>}
      <figcaption>
        <strong>{who.name}</strong> <span>{who.school}</span>
      </figcaption>
    </figure>
  );
}

/** The track that is seen: a shared screen while it lasts; before the first picture that one, standing still. */
function frontOf(
  tracks: readonly RecordingTrack[],
  loaded: readonly RecordingTrack[],
  positionMs: number,
): RecordingTrack | undefined {
  const shown = loaded.filter((track) => isActive(track, positionMs));
  const isBeforeFirst = tracks.every((track) => track.starts_ms > positionMs);
  return (
    shown.find((track) => track.source === "document") ??
    shown.find(isShared) ??
    shown.at(-1) ??
    (isBeforeFirst ? loaded[0] : undefined)
  );
}
