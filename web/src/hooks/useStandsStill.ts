import { type RefObject, useEffect, useState } from "react";
import type { RecordingTrack } from "../api/types";

const LOOK_MS = 500;
/** A picture older than this is no picture of the moment any more, in seconds of the track; a shared page may stand. */
const OLDEST_S: Record<RecordingTrack["source"], number> = {
  camera: 2,
  screen: 20,
  document: 5,
  microphone: Number.POSITIVE_INFINITY,
};

/** Whether the track plays on without pictures, as after a cut: what is seen is the last one before it. */
export function useStandsStill(
  video: RefObject<HTMLVideoElement | null>,
  source: RecordingTrack["source"],
): boolean {
  const [standsStill, setStandsStill] = useState(false);
  useEffect(() => {
    const element = video.current;
    // Older browsers do not tell when a frame was.
    if (!element || !("requestVideoFrameCallback" in element)) return;
    let shownS: number | null = null;
    const note = (_now: number, frame: { mediaTime: number }) => {
      shownS = frame.mediaTime;
      handle = element.requestVideoFrameCallback(note);
    };
    let handle = element.requestVideoFrameCallback(note);
    const timer = window.setInterval(() => {
      const isWaiting = element.seeking || element.readyState < element.HAVE_FUTURE_DATA;
      if (shownS === null || isWaiting || element.hidden) return;
      setStandsStill(element.currentTime - shownS > OLDEST_S[source]);
    }, LOOK_MS);
    return () => {
      element.cancelVideoFrameCallback(handle);
      window.clearInterval(timer);
    };
  }, [video, source]);
  return standsStill;
}
