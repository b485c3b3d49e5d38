import { useMemo } from "react";
import type { SourceStatus } from "../media/capture";

/** A stream around a local track, the same one while the track stays. */
export function useTrackStream(status: SourceStatus): MediaStream | null {
  const track = status.kind === "on" ? status.track : null;
  return useMemo(() => (track ? new MediaStream([track]) : null), [track]);
}
