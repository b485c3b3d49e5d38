import { useEffect } from "react";

/** Keep the phone from going dark while a lesson is on; over plain http browsers do not offer it. */
export function useScreenStaysOn(): void {
  useEffect(() => {
    if (!("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let isGone = false;
    const ask = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        // eslint-disable-next-line compat/compat -- asked for only where it is there
        const given = await navigator.wakeLock.request("screen");
        if (isGone) void given.release();
        else lock = given;
      } catch {
        // The battery is low, or the page was hidden meanwhile.
      }
    };
    // The browser takes the lock back when the page is hidden.
    const onVisible = () => void ask();
    document.addEventListener("visibilitychange", onVisible);
    void ask();
    return () => {
      isGone = true;
      document.removeEventListener("visibilitychange", onVisible);
      void lock?.release();
    };
  }, []);
}
