import type { SourceName } from "../generated/signaling";
import { publicationId } from "../room/reduce";
import { participantOf, pauseOf, slotOf } from "../room/selectors";
import { useMedia, useRoom, useStills } from "./context";

export interface Picture {
  stream: MediaStream | null;
  /** Why there is nothing (new) to see; null while the picture runs. */
  reason: "off" | "absent" | "cut" | "ready" | "none" | Rest | null;
  /** A picture every few seconds while the moving one rests: a data URL. */
  still?: string;
}

/** How a picture rests because of this viewer's link. */
type Rest = "paused" | "stills" | "soundOnly";

export const isRest = (reason: Picture["reason"]): reason is Rest =>
  reason === "paused" || reason === "stills" || reason === "soundOnly";

/** The picture of a participant as it arrives here. */
export function usePicture(participantId: string, source: SourceName = "camera"): Picture {
  const room = useRoom();
  const media = useMedia();
  const stills = useStills();
  const place = participantOf(room, participantId);
  const slot = slotOf(room, participantId, source);
  const stream = (slot && media.slots[slot]?.video) || null;
  if (!place || place.presence === "absent") return { stream: null, reason: "absent" };
  if (place.presence === "cut") return { stream: null, reason: "cut" };
  // Nobody sends anything before the lesson starts.
  if (room.view.phase === "waiting") return { stream: null, reason: "ready" };
  if (place.switched_off.includes(source)) return { stream: null, reason: "off" };
  if (!stream || place.publishing[source] === undefined) return { stream: null, reason: "none" };
  const pause = pauseOf(room, participantId, source);
  if (!pause) return { stream, reason: null };
  // The last picture stays while video is paused; the tile says so.
  if (!pause.carriesStills) return { stream, reason: "soundOnly" };
  const still = stills[publicationId(participantId, source)];
  return still ? { stream, still, reason: "stills" } : { stream, reason: "paused" };
}
