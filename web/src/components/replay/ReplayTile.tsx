import { type ReactNode, useEffect, useRef } from "react";
import type { RecordingTrack } from "../../api/types";
import { useWords } from "../../i18n";
import { isActive, type ReplayPlayer } from "../../replay/player";
import { classes } from "../classes";
import { Icon } from "../Icon";
import styles from "./Theatre.module.css";

interface ReplayTileProps {
  name: string;
  school: string;
  isMain: boolean;
  player: ReplayPlayer;
  positionMs: number;
  /** This participant's video tracks at, or soon after, the position. */
  tracks: RecordingTrack[];
  /** It has not appeared yet: its first picture is shown until it moves. */
  isBeforeFirst: boolean;
  /** Marks and buttons over the picture, top left. */
  children?: ReactNode;
}

/** One participant's picture; a card where there is none, never a frozen face. */
export function ReplayTile(props: ReplayTileProps) {
  const { name, school, isMain, player, positionMs, tracks, isBeforeFirst, children } = props;
  const words = useWords();
  const shown = tracks.filter((track) => isActive(track, positionMs));
  // A shared screen is what the lesson is about while it lasts.
  const front =
    shown.find((track) => track.source === "screen") ??
    shown.at(-1) ??
    (isBeforeFirst ? tracks[0] : undefined);
  return (
    <figure className={classes(styles.tile, isMain && styles.main)}>
      {tracks.map((track) => (
        <Picture
          key={track.track_id}
          track={track}
          player={player}
          name={name}
          isShown={track === front}
        />
      ))}
      {!front && (
        <div className={styles.nothing}>
          <Icon name="cameraOff" size={40} />
          {words.replay.cameraOff}
        </div>
      )}
      {children && <div className={styles.marks}>{children}</div>}
      <figcaption>
        <strong>{name}</strong> <span>{school}</span>
      </figcaption>
    </figure>
  );
}

interface PictureProps {
  track: RecordingTrack;
  player: ReplayPlayer;
  name: string;
  isShown: boolean;
}

function Picture({ track, player, name, isShown }: PictureProps) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(
    () => (element.current ? player.attach(track, element.current) : undefined),
    [player, track],
  );
  return (
    <video
      ref={element}
      src={track.url}
      aria-label={name}
      muted
      playsInline
      preload="auto"
      hidden={!isShown}
    />
  );
}

interface SoundProps {
  track: RecordingTrack;
  player: ReplayPlayer;
  isMuted: boolean;
}

export function Sound({ track, player, isMuted }: SoundProps) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(
    () => (element.current ? player.attach(track, element.current) : undefined),
    [player, track],
  );
  return <audio ref={element} src={track.url} preload="auto" muted={isMuted} />;
}
