/** How a page reached the media engine, best first. */
export type LinkPath = "udp" | "tcp" | "relay";
export const LINK_PATHS: readonly LinkPath[] = ["udp", "tcp", "relay"];

export interface LinkFigures {
  rttMs: number | null;
  /** Of what went there and back, 0..1. */
  loss: number | null;
  /** What came back. */
  rateBps: number | null;
}

export type LinkGrade = "good" | "fair" | "poor";

const FAIR = { rttMs: 250, loss: 0.02, rateBps: 150_000 };
const POOR = { rttMs: 600, loss: 0.08, rateBps: 80_000 };

/** How well a lesson will run over it; what was not measured does not count against it. */
export function gradeOf({ rttMs, loss, rateBps }: LinkFigures): LinkGrade {
  const isWorseThan = (limit: typeof FAIR) =>
    (rttMs ?? 0) > limit.rttMs ||
    (loss ?? 0) > limit.loss ||
    (rateBps ?? Number.POSITIVE_INFINITY) < limit.rateBps;
  if (isWorseThan(POOR)) return "poor";
  return isWorseThan(FAIR) ? "fair" : "good";
}

/** The description with the engine's candidates of one protocol only. */
export function onlyBy(protocol: "udp" | "tcp", sdp: string): string {
  const isKept = (line: string) =>
    !line.startsWith("a=candidate:") || line.split(" ")[2]?.toLowerCase() === protocol;
  return sdp.split("\r\n").filter(isKept).join("\r\n");
}
