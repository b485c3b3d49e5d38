/** `3:20` or `1:03:20` as milliseconds; null for anything else. */
export function parseClock(text: string): number | null {
  const parts = text.trim().replaceAll("：", ":").split(":");
  if (parts.length < 2 || parts.length > 3) return null;
  if (parts.some((part) => !/^\d{1,3}$/.test(part))) return null;
  const [seconds = 0, minutes = 0, hours = 0] = parts.map(Number).reverse();
  if (seconds > 59 || (parts.length === 3 && minutes > 59)) return null;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

export interface ClipRange {
  from_ms: number;
  to_ms: number;
}

const MIN_CLIP_MS = 1_000;

/** The part between two times as people write them; null unless it lies within the lesson. The end may be rounded. */
export function clipRange(from: string, to: string, durationMs: number): ClipRange | null {
  const from_ms = parseClock(from);
  const end = parseClock(to);
  if (from_ms === null || end === null) return null;
  const to_ms = end > durationMs && end - durationMs < 1000 ? durationMs : end;
  return to_ms - from_ms >= MIN_CLIP_MS && to_ms <= durationMs ? { from_ms, to_ms } : null;
}
