/** Days, midnights and clocks of one time zone (a name of the IANA database), whatever this PC's clock is set to. */

const DAY_MS = 86_400_000;

/**
 * The zone by whose clock the county plans its lessons: what pages show times by. The server writes it into the page;
 * without one it is the reader's own.
 */
export const TIME_ZONE = said() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

function said(): string | undefined {
  if (typeof document === "undefined") return undefined;
  const zone = document.querySelector<HTMLMetaElement>('meta[name="time-zone"]')?.content;
  try {
    Intl.DateTimeFormat("en-US", { timeZone: zone || undefined });
  } catch {
    // An old browser need not know every zone.
    return undefined;
  }
  return zone || undefined;
}

/** Whether the county's clock shows another time than the reader's own. */
export function isElsewhere(moment: Date, zone = TIME_ZONE): boolean {
  return offsetMin(moment, zone) !== -moment.getTimezoneOffset();
}

/** `2026-11-29T10:00`, as an `<input type="datetime-local">` has it. */
export function toInput(moment: Date, zone = TIME_ZONE): string {
  return new Date(moment.getTime() + offsetMin(moment, zone) * 60_000).toISOString().slice(0, 16);
}

/** The moment that such an input names. */
export function fromInput(value: string, zone = TIME_ZONE): Date {
  return momentOf(Date.parse(`${value}Z`), zone);
}

/** How far the zone's clocks are ahead of UTC at this moment, minutes. */
export function offsetMin(moment: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
  );
  return local / 60_000 - Math.floor(moment.getTime() / 60_000);
}

/** The zone's day of this moment, as a date input has it. */
export function dayIn(moment: Date, zone: string): string {
  return new Date(moment.getTime() + offsetMin(moment, zone) * 60_000).toISOString().slice(0, 10);
}

/** When this day begins there; null for what is no day. */
export function midnightIn(day: string, zone: string): Date | null {
  const atUtc = Date.parse(`${day}T00:00Z`);
  return Number.isNaN(atUtc) ? null : momentOf(atUtc, zone);
}

/** The moment at which the zone's clock shows what UTC's does at `atUtc`. */
function momentOf(atUtc: number, zone: string): Date {
  // The clocks may be changed between that hour of UTC and the zone's own.
  const near = new Date(atUtc - offsetMin(new Date(atUtc), zone) * 60_000);
  return new Date(atUtc - offsetMin(near, zone) * 60_000);
}

/** The day that comes so many days after this one. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
