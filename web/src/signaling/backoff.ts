const FIRST_MS = 200;
const LONGEST_MS = 2_000;

/**
 * How long to wait before attempt `attempt` (1, 2, …), in ms: doubling, at most 2 s, jittered over its upper half
 * so that sixty classrooms do not come back in the same instant. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(full * (0.5 + random / 2));
}
