import { useEffect } from "react";
import type { TimetableLesson } from "../api/types";

const AFTER_MS = 12 * 3_600_000;
const QUIET_MS = 30 * 60_000;

/**
 * A PC that nobody ever restarts loads the page anew twice a day, so that it has the server's version and a fresh
 * secret. `next`: the next lesson, which must be half an hour away; `now` null while it is not a good moment.
 */
export function useDailyReload(next: TimetableLesson | null, now: number | null): void {
  const isQuiet = now !== null && (next === null || Date.parse(next.joins_at) - now > QUIET_MS);
  useEffect(() => {
    if (!isQuiet) return;
    const dueInMs = Math.max(0, AFTER_MS - performance.now());
    const timer = setTimeout(() => window.location.reload(), dueInMs);
    return () => clearTimeout(timer);
  }, [isQuiet]);
}
