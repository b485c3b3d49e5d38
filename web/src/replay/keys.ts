export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;

/** What a key asks for; times in ms, a part as a share of the whole. */
export type KeyAction =
  | { type: "toggle" }
  | { type: "step"; byMs: number }
  | { type: "part"; share: number }
  | { type: "chapter"; by: 1 | -1 }
  | { type: "speed"; by: 1 | -1 }
  | { type: "mute" }
  | { type: "captions" }
  | { type: "fullscreen" }
  | { type: "help" };

/** The keys that players of long talks have in common. Null: this key is not ours. */
export function keyAction(key: string): KeyAction | null {
  if (/^[0-9]$/.test(key)) return { type: "part", share: Number(key) / 10 };
  switch (key.toLowerCase()) {
    case " ":
    case "k":
      return { type: "toggle" };
    case "arrowleft":
      return { type: "step", byMs: -5_000 };
    case "arrowright":
      return { type: "step", byMs: 5_000 };
    case "j":
      return { type: "step", byMs: -10_000 };
    case "l":
      return { type: "step", byMs: 10_000 };
    case "home":
      return { type: "part", share: 0 };
    case "end":
      return { type: "part", share: 1 };
    case "[":
      return { type: "chapter", by: -1 };
    case "]":
      return { type: "chapter", by: 1 };
    case "<":
    case ",":
      return { type: "speed", by: -1 };
    case ">":
    case ".":
      return { type: "speed", by: 1 };
    case "m":
      return { type: "mute" };
    case "c":
      return { type: "captions" };
    case "f":
      return { type: "fullscreen" };
    case "?":
      return { type: "help" };
    default:
      return null;
  }
}

/** The next faster or slower speed; the same one at either end. */
export function speedBeside(speed: number, by: 1 | -1): number {
  const faster = SPEEDS.filter((one) => (by > 0 ? one > speed : one < speed));
  return (by > 0 ? faster[0] : faster.at(-1)) ?? speed;
}

/** Where the next chapter begins, or the one before; a chapter just begun is left backwards. */
export function chapterBeside(
  chapters: readonly { at_ms: number }[],
  positionMs: number,
  by: 1 | -1,
): number | null {
  const JUST_BEGUN_MS = 2_000;
  if (by > 0) return chapters.find(({ at_ms }) => at_ms > positionMs)?.at_ms ?? null;
  return chapters.filter(({ at_ms }) => at_ms < positionMs - JUST_BEGUN_MS).at(-1)?.at_ms ?? null;
}
