import type { Recording, RecordingTrack } from "../api/types";
import { wasHeard } from "./sound";

/** Everything; the sound and the lead's picture; the sound alone. */
export const VIEW_MODES = ["all", "saving", "sound"] as const;
export type ViewMode = (typeof VIEW_MODES)[number];

/** Tracks are loaded this long before they start, in milliseconds of the lesson. */
const AHEAD_MS = 4_000;
/** A browser has this many connections to one host; a store that answers at any length holds each of them. */
const CONNECTIONS_PER_HOST = 6;

export interface View {
  mode: ViewMode;
  positionMs: number;
  /** The participant that is listened to off stage. */
  listening: string | null;
}

type Lesson = Pick<Recording, "tracks" | "stage" | "chapters">;

export function isActive(track: RecordingTrack, positionMs: number): boolean {
  return positionMs >= track.starts_ms && positionMs < track.starts_ms + track.duration_ms;
}

/** Shown large and whole: a screen, or what lay under the document camera. */
export const isShared = (track: RecordingTrack) =>
  track.source === "screen" || track.source === "document";

/** Whether the track shows or sounds at the position, or soon will. */
export function isNear(track: RecordingTrack, positionMs: number): boolean {
  return (
    positionMs >= track.starts_ms - AHEAD_MS && positionMs < track.starts_ms + track.duration_ms
  );
}

/** Whether a sound is let through at the position: heard in the lesson, or listened to now. */
export function isAudible(lesson: Lesson, track: RecordingTrack, view: View): boolean {
  return (
    track.participant_id === view.listening ||
    track.role !== "classroom" ||
    wasHeard(lesson, track, view.positionMs)
  );
}

/** What the lesson cannot do without at this position: every sound that is let through, and the lead's picture. */
export function isEssential(lesson: Lesson, track: RecordingTrack, view: View): boolean {
  return track.kind === "audio" ? isAudible(lesson, track, view) : track.role === "lead";
}

/**
 * The tracks to load at a position, the most important first; nothing that the mode does without.
 *
 * `origin` is the page's own: other hosts hold a connection for each track, so no more are loaded than there are.
 */
export function tracksToLoad(lesson: Lesson, view: View, origin: string): RecordingTrack[] {
  const near = lesson.tracks.filter((track) => isNear(track, view.positionMs));
  const wanted = near
    .map((track) => ({ track, rank: rank(lesson, near, track, view) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank)
    .map(({ track }) => track);
  const elsewhere = wanted.filter(({ url }) => new URL(url, origin).origin !== origin);
  const tooMany = new Set(elsewhere.slice(CONNECTIONS_PER_HOST));
  return wanted.filter((track) => !tooMany.has(track));
}

/** 0 is loaded first; infinity not at all. */
function rank(
  lesson: Lesson,
  near: readonly RecordingTrack[],
  track: RecordingTrack,
  view: View,
): number {
  const isLead = track.role === "lead";
  if (track.kind === "audio") {
    const soon = { ...view, positionMs: view.positionMs + AHEAD_MS };
    const isHeard = isAudible(lesson, track, view) || isAudible(lesson, track, soon);
    return isHeard ? (isLead ? 0 : 1) : Number.POSITIVE_INFINITY;
  }
  if (view.mode === "sound") return Number.POSITIVE_INFINITY;
  if (isLead) {
    const isBehind =
      !isShared(track) &&
      near.some((o) => o.role === "lead" && isShared(o) && isActive(o, view.positionMs));
    if (view.mode === "saving" && isBehind) return Number.POSITIVE_INFINITY;
    return isBehind ? 4 : 2;
  }
  if (view.mode === "saving") return Number.POSITIVE_INFINITY;
  return wasHeard(lesson, track, view.positionMs) ? 3 : 5;
}
