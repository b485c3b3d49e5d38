import { useEffect } from "react";

/** Keep the screen on while `isWanted`: a PC that falls asleep misses its lesson. Only on https, like the camera. */
export function useWakeLock(isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let isCurrent = true;
    async function hold() {
      // The browser lets go of it whenever the page is hidden.
      if (document.hidden) return;
      try {
        // eslint-disable-next-line compat/compat -- browsers without it were sent away above
        const got = await navigator.wakeLock.request("screen");
        if (isCurrent) lock = got;
        else void got.release();
      } catch {
        // Battery saving forbids it: then the PC's own settings hold.
      }
    }
    void hold();
    const listener = () => void hold();
    document.addEventListener("visibilitychange", listener);
    return () => {
      isCurrent = false;
      document.removeEventListener("visibilitychange", listener);
      void lock?.release();
    };
  }, [isWanted]);
}
