import { reportWatched } from "../api/recordings";
import type { Recording, WatchReport } from "../api/types";

/** Whose replay it is: of somebody signed in, or of whoever has a share link. */
export type ReplayMode = "staff" | "public";

const STORAGE_KEY = "tongtang.replays";
/** Of this many replays a browser remembers where they were left. */
const REMEMBERED = 20;
const BEGINNING_MS = 5_000;
const END_MS = 10_000;

/** Where to go on; 0 if somebody had hardly begun or was as good as through. */
export function resumeAt(recording: Recording, mode: ReplayMode): number {
  const stoppedMs =
    mode === "staff" ? recording.resume_ms : (remembered()[recording.recording_id] ?? null);
  if (stoppedMs === null || stoppedMs < BEGINNING_MS) return 0;
  return stoppedMs > recording.duration_ms - END_MS ? 0 : stoppedMs;
}

/** Keep where a viewer is: staff on the server, others in this browser only. */
export async function keepProgress(
  recordingId: string,
  mode: ReplayMode,
  report: WatchReport,
): Promise<void> {
  if (mode === "staff") await reportWatched(recordingId, report);
  else remember(recordingId, report.position_ms);
}

function remembered(): Record<string, number> {
  try {
    const found: unknown = JSON.parse(window.localStorage.getItem(STORAGE_KEY) ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    const entries = Object.entries(found).filter(([, ms]) => Number.isFinite(ms));
    return Object.fromEntries(entries) as Record<string, number>;
  } catch {
    return {};
  }
}

function remember(recordingId: string, positionMs: number): void {
  const { [recordingId]: _, ...others } = remembered();
  const kept = [...Object.entries(others), [recordingId, positionMs] as const].slice(-REMEMBERED);
  try {
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // A browser that keeps nothing begins at the start next time.
  }
}
