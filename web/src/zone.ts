/** Days and midnights of one time zone (a name of the IANA database), whatever the clock of this PC is set to. */

const DAY_MS = 86_400_000;

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
  if (Number.isNaN(atUtc)) return null;
  // The clocks may be changed between the midnight of UTC and the zone's own.
  const near = new Date(atUtc - offsetMin(new Date(atUtc), zone) * 60_000);
  return new Date(atUtc - offsetMin(near, zone) * 60_000);
}

/** The day that comes so many days after this one. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
