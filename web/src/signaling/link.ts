/** How this page stands with the server. `replaced`, `refused` and `left` are final: nothing reconnects by itself. */
export type LinkState =
  | { kind: "connecting" }
  | { kind: "joined" }
  | { kind: "reconnecting"; attempt: number; isServerGone: boolean }
  | { kind: "replaced" }
  | { kind: "refused"; code: string }
  | { kind: "left" };

export function isFinal(link: LinkState): boolean {
  return link.kind === "replaced" || link.kind === "refused" || link.kind === "left";
}

/** Refusals on the way in that a later try may not meet again; every other one is final. */
const PASSING_REFUSALS: ReadonlySet<string> = new Set([
  "auth_timeout",
  "internal",
  "lesson_unavailable",
  "media_unavailable",
  "rate_limited",
  "too_many_connections",
  "not_connected",
  "timeout",
]);

export function isPassing(code: string): boolean {
  return PASSING_REFUSALS.has(code);
}

/** WebSocket close codes of the server that mean more than "the link is gone". */
export const CLOSE_REPLACED = 4001;
/** A newer socket with this tab's device id: a duplicated tab. Coming back would only fight with it. */
export const CLOSE_SUPERSEDED = 4002;
export const CLOSE_NOT_AUTHENTICATED = 4003;
