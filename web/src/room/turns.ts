import type { ParticipantView } from "../generated/signaling";
import type { RoomState } from "./reduce";
import { classroomsOf, isSpeaking } from "./selectors";

/**
 * Since when a classroom waits for a turn: since it was last heard by others or last came to the stage or left it,
 * whichever is later; null: it had none yet. The server notes a voice at most once a minute, so this is minutes.
 */
export function lastTurnMs(place: ParticipantView): number | null {
  const times = [place.heard_ms, place.stage_ms].filter((ms) => ms !== null);
  return times.length > 0 ? Math.max(...times) : null;
}

/** Whose turn it would be: a classroom that could come up and has waited longest, never heard first; else null. */
export function fairTurnOf(state: RoomState): ParticipantView | null {
  const waiting = classroomsOf(state)
    .filter((place) => place.presence === "present" && place.place === "off" && !place.is_muted)
    .filter((place) => !isSpeaking(state, place.participant_id))
    .sort((a, b) => (lastTurnMs(a) ?? 0) - (lastTurnMs(b) ?? 0));
  return waiting[0] ?? null;
}

/** Whole minutes since somebody there was heard; null: not yet in this lesson. */
export function quietMinutes(place: ParticipantView, now: number): number | null {
  if (place.heard_ms === null) return null;
  return Math.max(0, Math.floor((now - place.heard_ms) / 60_000));
}
