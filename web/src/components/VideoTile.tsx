import { type ReactNode, useEffect, useRef } from "react";
import { classes } from "./classes";
import { SpeakingMark } from "./SpeakingMark";
import styles from "./VideoTile.module.css";

interface VideoTileProps {
  stream: MediaStream | null;
  /** Shown instead while the moving picture rests: a data URL. */
  still?: string | undefined;
  /** Who is seen: read out, and shown in the corner. */
  name: string;
  detail?: string;
  /** Shown in place of the picture: camera off, not here, paused. */
  cover?: ReactNode;
  /** Marks and lights over the picture, top left. */
  marks?: ReactNode;
  /** Beside the name, at the right end. */
  status?: ReactNode;
  isMirrored?: boolean;
  isOnStage?: boolean;
  /** Undefined: nobody could speak here, so no room is kept for the mark. */
  isSpeaking?: boolean | undefined;
  /** `contain` shows all of a shared screen; `cover` fills the tile with a face. */
  fit?: "cover" | "contain";
  className?: string | undefined;
}

/** A picture without sound: sound is played in one place (see `Sound`), so that moving tiles never cuts it. */
export function VideoTile({
  stream,
  still,
  name,
  detail,
  cover,
  marks,
  status,
  isMirrored = false,
  isOnStage = false,
  isSpeaking,
  fit = "cover",
  className,
}: VideoTileProps) {
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    const element = video.current;
    if (!element || !stream) return;
    element.srcObject = stream;
    // A muted video may always play; a rejection only means that it was replaced before it started.
    element.play().catch(() => undefined);
    // An element that left the page would play on and keep pictures, until a camera has none left to fill.
    return () => {
      element.srcObject = null;
    };
  }, [stream]);

  return (
    <figure className={classes(styles.tile, isOnStage && styles.onStage, className)}>
      <video
        ref={video}
        className={classes(styles.picture, isMirrored && styles.mirrored)}
        style={{ objectFit: fit }}
        aria-label={name}
        autoPlay
        muted
        playsInline
      />
      {still && (
        <img
          className={classes(styles.picture, styles.still)}
          style={{ objectFit: fit }}
          src={still}
          alt=""
        />
      )}
      {cover && <div className={styles.cover}>{cover}</div>}
      {marks && <div className={styles.marks}>{marks}</div>}
      {isSpeaking !== undefined && (
        <div className={classes(styles.ring, isSpeaking && styles.speaking)} aria-hidden />
      )}
      <figcaption className={styles.caption}>
        {isSpeaking !== undefined && <SpeakingMark isSpeaking={isSpeaking} />}
        <strong>{name}</strong>
        {detail && <span>{detail}</span>}
        {status && <span className={styles.status}>{status}</span>}
      </figcaption>
    </figure>
  );
}
