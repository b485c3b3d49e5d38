import type { SourceName } from "../generated/signaling";
import { isPaused, participantOf, slotOf } from "../room/selectors";
import { useMedia, useRoom } from "./context";

export interface Picture {
  stream: MediaStream | null;
  /** Why there is nothing (new) to see; null while the picture runs. */
  reason: "off" | "absent" | "cut" | "ready" | "paused" | "none" | null;
}

/** The picture of a participant as it arrives here. */
export function usePicture(participantId: string, source: SourceName = "camera"): Picture {
  const room = useRoom();
  const media = useMedia();
  const place = participantOf(room, participantId);
  const slot = slotOf(room, participantId, source);
  const stream = (slot && media.slots[slot]?.video) || null;
  if (!place || place.presence === "absent") return { stream: null, reason: "absent" };
  if (place.presence === "cut") return { stream: null, reason: "cut" };
  // Nobody sends anything before the lesson starts.
  if (room.view.phase === "waiting") return { stream: null, reason: "ready" };
  if (place.switched_off.includes(source)) return { stream: null, reason: "off" };
  if (!stream || place.publishing[source] === undefined) return { stream: null, reason: "none" };
  // The last picture stays while video is paused; the tile says so.
  return { stream, reason: isPaused(room, participantId, source) ? "paused" : null };
}
