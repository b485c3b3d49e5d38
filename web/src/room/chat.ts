import type { ChatLine } from "../generated/signaling";

/** As many as a screen keeps. */
const KEPT = 200;

/** The chat with these lines in their places; a line that is known already, as after a cut, comes once. */
export function withLines(chat: readonly ChatLine[], lines: readonly ChatLine[]): ChatLine[] {
  const known = new Set(chat.map((line) => line.line_id));
  const fresh = lines.filter((line) => !known.has(line.line_id));
  return [...chat, ...fresh]
    .sort((a, b) => a.at_ms - b.at_ms || (a.line_id < b.line_id ? -1 : 1))
    .slice(-KEPT);
}
