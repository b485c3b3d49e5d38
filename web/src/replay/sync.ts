/** How far an element may be off the lesson clock before it is nudged, and before it is moved, in seconds. */
export const NUDGE_S = 0.02;
export const JUMP_S = 0.3;
/** A nudge changes the speed by at most this share: nobody hears it. */
const MAX_NUDGE = 0.08;

export interface Correction {
  /** Move it to where it should be. */
  isJump: boolean;
  playbackRate: number;
}

/** What brings an element that is `offS` seconds ahead of the clock back to it, at `speed` times real time. */
export function correction(offS: number, speed: number): Correction {
  // At a higher speed the same reaction time makes a longer way.
  if (Math.abs(offS) > JUMP_S * Math.max(1, speed)) return { isJump: true, playbackRate: speed };
  if (Math.abs(offS) <= NUDGE_S) return { isJump: false, playbackRate: speed };
  const nudge = Math.min(Math.max(offS, -MAX_NUDGE), MAX_NUDGE);
  return { isJump: false, playbackRate: speed * (1 - nudge) };
}
