import type { Clash } from "../../api/client";
import type { Dictionary } from "../../i18n";
import { formatClock, formatMoment } from "./dates";

/** Who has what at that time: the lesson in the way by its name. */
export function clashWords(
  planning: Dictionary["planning"],
  clash: Clash,
  language: string,
): string {
  const time = `${formatMoment(clash.starts_at, language)}–${formatClock(clash.ends_at, language)}`;
  return planning.clash[clash.kind](clash.name, clash.title, time);
}
