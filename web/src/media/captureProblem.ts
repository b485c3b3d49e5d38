/** Why there is no picture or sound from this machine; each has its own words and its own next step. */
export type CaptureProblem = "insecure" | "missing" | "denied" | "in_use" | "failed";

/** The reason behind a rejected `getUserMedia` (W3C Media Capture and Streams §10.3). */
export function problemOf(error: unknown): CaptureProblem {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotReadableError":
    case "AbortError":
      return "in_use";
    default:
      return "failed";
  }
}
