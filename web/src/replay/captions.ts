import type { Cue } from "../api/types";

/** What is said at a position, one line below the other; "" if nothing. */
export function captionAt(cues: readonly Cue[], positionMs: number): string {
  return cues
    .filter((cue) => cue.starts_ms <= positionMs && positionMs < cue.ends_ms)
    .map((cue) => cue.text)
    .join("\n");
}

/** Milliseconds as people write a time into a caption: `1:05.5`, `1:02:05`. */
export function writeTime(ms: number): string {
  const tenths = Math.round(ms / 100);
  const seconds = Math.floor(tenths / 10);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  const hours = Math.floor(seconds / 3600);
  const whole = hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
  return tenths % 10 ? `${whole}.${tenths % 10}` : whole;
}

/** The inverse; null for what is no time. Takes the full-width signs of a Chinese keyboard too. */
export function readTime(text: string): number | null {
  const plain = text.trim().replaceAll("：", ":").replaceAll("。", ".").replaceAll("．", ".");
  const match = /^(?:(\d{1,2}):)?(\d{1,2}):([0-5]?\d)(?:\.(\d{1,3}))?$/.exec(plain);
  if (!match) return null;
  const [, hours = "0", minutes = "0", seconds = "0", fraction = ""] = match;
  if (match[1] !== undefined && Number(minutes) > 59) return null;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Number(fraction.padEnd(3, "0"));
}

/** The cues with one more, one instead of another, or one less; by time. */
export function withCue(cues: readonly Cue[], index: number | null, cue: Cue | null): Cue[] {
  const others = index === null ? [...cues] : cues.filter((_, position) => position !== index);
  return [...others, ...(cue ? [cue] : [])].sort(
    (a, b) => a.starts_ms - b.starts_ms || a.ends_ms - b.ends_ms,
  );
}
