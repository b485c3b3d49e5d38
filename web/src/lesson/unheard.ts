import type { ScreenReported } from "../generated/signaling";
import type { SourceStatus } from "../media/capture";
import type { Voice } from "./ownVoice";

/** Why nobody hears the lead, as far as this machine can know. */
export type Unheard = "off" | "muted" | "flat" | "nowhere";

/** Below the floor of the level meter for this long: a plug, a mute key, or a quiet teacher. */
const FLAT_MS = 20_000;
/** Reports and voice must be of the same moment. */
const FRESH_MS = 10_000;
/** A sound takes this long from here into a report. */
const ON_ITS_WAY_MS = 4_000;

export interface OwnSound extends Voice {
  microphone: SourceStatus;
}

/** The first reason that applies, or null. Pure; `now` is the server's clock. */
export function whyUnheard(
  own: OwnSound,
  screens: readonly ScreenReported[],
  now: number,
): Unheard | null {
  if (own.microphone.kind === "off") return "off";
  // Problems of the device have their own words; one that is being opened has a moment.
  if (own.microphone.kind !== "on") return null;
  if (own.isMuted) return "muted";
  if (own.sinceMs === null) return null;
  if (now - Math.max(own.lastLoudMs ?? 0, own.sinceMs) > FLAT_MS) return "flat";
  const fresh = screens.filter((screen) => now - screen.at_ms < FRESH_MS);
  const isHeard = fresh.some((screen) => screen.sound === "heard");
  return fresh.length > 0 && !isHeard && wasLoud(own, now) ? "nowhere" : null;
}

/** Spoke lately, and long enough ago that a classroom must have told of it. */
export function wasLoud({ lastLoudMs, sinceMs }: Voice, now: number): boolean {
  const isLately = lastLoudMs !== null && now - lastLoudMs < FRESH_MS;
  return isLately && sinceMs !== null && now - sinceMs > FRESH_MS + ON_ITS_WAY_MS;
}
