import type { Clash } from "../../api/client";
import type { Dictionary } from "../../i18n";
import { formatClock, formatMoment } from "./dates";

/** Who has what at that time: the lesson in the way by its name. Times as `formatMoment` has them. */
export function clashWords(
  planning: Dictionary["planning"],
  clash: Clash,
  language: string,
  zone?: string,
): string {
  const begins = formatMoment(clash.starts_at, language, zone);
  const time = `${begins}–${formatClock(clash.ends_at, language, zone)}`;
  return planning.clash[clash.kind](clash.name, clash.title, time);
}
