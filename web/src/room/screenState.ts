import type { ScreenReported } from "../generated/signaling";

/** Reports come every 3 s; after several missed ones the page itself is stuck. */
const AWAY_MS = 12_000;
const STANDS_MS = 4_000;
/** A shared page may stand. */
const SHARED_STANDS_MS = 30_000;

/** What there should be on the screens now. */
export interface Expected {
  isPicture: boolean;
  isShared: boolean;
  /** The lead spoke a moment ago, so silence there is a fault. */
  isVoice: boolean;
}

export type ScreenFault = "away" | "hidden" | "blocked" | "nothing" | "still" | "quiet";

/** What is wrong with a classroom's screen or sound by its own report: the worst first; null: nothing. Pure. */
export function screenFault(
  report: ScreenReported,
  expected: Expected,
  now: number,
): ScreenFault | null {
  if (now - report.at_ms > AWAY_MS) return "away";
  if (report.is_hidden) return "hidden";
  if (report.sound === "blocked") return "blocked";
  if (report.picture_age_ms === null) return expected.isPicture ? "nothing" : null;
  const limitMs = expected.isShared ? SHARED_STANDS_MS : STANDS_MS;
  if (report.picture_age_ms > limitMs) return "still";
  return report.sound === "silent" && expected.isVoice ? "quiet" : null;
}
