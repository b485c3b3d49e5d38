import type { ServerWarning } from "../../api/types";
import type { Dictionary, Language } from "../../i18n";
import { formatPlainDay } from "../office/dates";

const DAY_MS = 86_400_000;

/** What is wrong, or will be on which day. What to do about it is `server.fixes[code]`. */
export function warningWords(
  words: Dictionary["server"],
  { code, on, name, seconds, count }: ServerWarning,
  language: Language,
  nowMs: number,
): string {
  const day = on === null ? "" : formatPlainDay(on, language);
  switch (code) {
    case "disk_full":
      return words.warnings.disk_full;
    case "disk_full_soon":
      return words.warnings.disk_full_soon(day, daysUntil(on, nowMs));
    case "certificate_ends_soon":
      return words.warnings.certificate_ends_soon(name, day);
    case "certificate_ended":
    case "certificate_unreadable":
    case "relay_unreachable":
      return words.warnings[code](name);
    case "clock_not_kept":
      return words.warnings.clock_not_kept;
    case "database_clock_apart":
      return words.warnings.database_clock_apart(seconds);
    case "pc_clocks_apart":
      return words.warnings.pc_clocks_apart(count);
  }
}

/** From today to a day `2027-03-03`: tomorrow is 1. */
function daysUntil(on: string | null, nowMs: number): number {
  if (on === null) return 0;
  const today = new Date(nowMs);
  today.setHours(12, 0, 0, 0);
  return Math.max(1, Math.round((Date.parse(`${on}T12:00`) - today.getTime()) / DAY_MS));
}
