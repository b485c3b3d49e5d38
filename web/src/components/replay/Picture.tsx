import { type ReactNode, useEffect, useRef } from "react";
import type { RecordingTrack } from "../../api/types";
import { useStandsStill } from "../../hooks/useStandsStill";

/** Lets a media element follow the lesson clock; returns how to let it go. */
export type Follow = (track: RecordingTrack, element: HTMLMediaElement) => () => void;

interface PictureProps {
  track: RecordingTrack;
  follow: Follow;
  name: string;
  isShown: boolean;
  /** Over the picture while it is only the last one before a cut. */
  children?: ReactNode;
}

export function Picture({ track, follow, name, isShown, children }: PictureProps) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => (element.current ? follow(track, element.current) : undefined), [follow, track]);
  const standsStill = useStandsStill(element, track.source);
  return (
    <>
      <video
        ref={element}
        src={track.url}
        aria-label={name}
        muted
        playsInline
        preload="auto"
        hidden={!isShown}
      />
      {isShown && standsStill && children}
    </>
  );
}

interface SoundProps {
  track: RecordingTrack;
  follow: Follow;
  isMuted: boolean;
}

export function Sound({ track, follow, isMuted }: SoundProps) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => (element.current ? follow(track, element.current) : undefined), [follow, track]);
  return <audio ref={element} src={track.url} preload="auto" muted={isMuted} />;
}
