import type { Dictionary } from "../i18n";

/** A clock that is off by this is told to those who look after classrooms. */
export const APART_MS = 2 * 60_000;
/** A date that is off by this can hurt: browsers refuse certificates that begin or end on another day. */
export const WRONG_MS = 24 * 3_600_000;

/** How far a clock is off, in the largest unit that fits: "3 days behind". */
export function clockWords(words: Dictionary["pcClock"], aheadMs: number): string {
  const howLong = durationWords(words, Math.abs(aheadMs));
  return aheadMs > 0 ? words.ahead(howLong) : words.behind(howLong);
}

function durationWords(words: Dictionary["pcClock"], ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return words.minutes(minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? words.hours(hours) : words.days(Math.round(hours / 24));
}
