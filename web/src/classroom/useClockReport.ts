import { useEffect, useRef } from "react";
import { reportPcClock } from "../api/pcs";

/** Less than this is the network's doing. */
const CHANGED_MS = 30_000;

/** Tells the server how far this PC's clock is off: once, and again when somebody has set it. */
export function useClockReport(aheadMs: number | null): void {
  const told = useRef<number | null>(null);
  useEffect(() => {
    if (aheadMs === null) return;
    if (told.current !== null && Math.abs(aheadMs - told.current) < CHANGED_MS) return;
    told.current = aheadMs;
    reportPcClock(aheadMs).catch(() => {
      told.current = null;
    });
  }, [aheadMs]);
}
