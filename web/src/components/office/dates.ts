import { isElsewhere, TIME_ZONE } from "../../zone";

/**
 * `11月23日 周一 14:05` by the county's clock or that of a term; with the year where it is not this one, with the zone
 * for a reader in another.
 */
export function formatMoment(iso: string, language: string, timeZone = TIME_ZONE): string {
  const at = new Date(iso);
  return at.toLocaleString(language, {
    timeZone,
    year: at.getFullYear() === new Date().getFullYear() ? undefined : "numeric",
    month: language === "en" ? "short" : "long",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: isElsewhere(at, timeZone) ? "short" : undefined,
  });
}

/** `2026年11月23日`, of the county's calendar: for days that may be of another year. */
export function formatDay(iso: string, language: string): string {
  return new Date(iso).toLocaleDateString(language, {
    timeZone: TIME_ZONE,
    year: "numeric",
    month: language === "en" ? "short" : "long",
    day: "numeric",
  });
}

/** `2027年3月3日 周三` for a day `2027-03-03`, whatever the time zone. */
export function formatPlainDay(day: string, language: string): string {
  return new Date(`${day}T12:00`).toLocaleDateString(language, {
    year: "numeric",
    month: language === "en" ? "short" : "long",
    day: "numeric",
    weekday: "short",
  });
}

/** `14:05`, by the county's clock or that of a term. */
export function formatClock(iso: string, language: string, timeZone = TIME_ZONE): string {
  return new Date(iso).toLocaleTimeString(language, {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** `14:05:07`, by the county's clock: where seconds count. */
export function formatSecond(ms: number, language: string): string {
  return new Date(ms).toLocaleTimeString(language, { timeZone: TIME_ZONE, hourCycle: "h23" });
}
