/** `11月23日 周一 14:05`, in the reader's time zone unless another is given. */
export function formatMoment(iso: string, language: string, timeZone?: string): string {
  return new Date(iso).toLocaleString(language, {
    timeZone,
    month: language === "en" ? "short" : "long",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** `2026年11月23日`, in the reader's time zone: for days that may be of another year. */
export function formatDay(iso: string, language: string): string {
  return new Date(iso).toLocaleDateString(language, {
    year: "numeric",
    month: language === "en" ? "short" : "long",
    day: "numeric",
  });
}

/** `3月3日 周三` for a day `2027-03-03`, whatever the reader's time zone. */
export function formatPlainDay(day: string, language: string): string {
  return new Date(`${day}T12:00`).toLocaleDateString(language, {
    year: "numeric",
    month: language === "en" ? "short" : "long",
    day: "numeric",
    weekday: "short",
  });
}

export function formatClock(iso: string, language: string, timeZone?: string): string {
  return new Date(iso).toLocaleTimeString(language, {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** `14:05:07`: where seconds count. */
export function formatSecond(ms: number, language: string): string {
  return new Date(ms).toLocaleTimeString(language, { hour12: false });
}

/** The value of an `<input type="datetime-local">` for this moment. */
export function toLocalInput(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
