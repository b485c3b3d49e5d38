import { useEffect } from "react";
import type { ReplayPlayer } from "../replay/player";
import { keepProgress, type ReplayMode } from "../replay/progress";
import { WatchReporter } from "../replay/reporter";

/** Keep where this viewer is and what they have watched, while they watch and when they leave. */
export function useWatchReports(player: ReplayPlayer, recordingId: string, mode: ReplayMode): void {
  useEffect(() => {
    const reporter = new WatchReporter((report) => keepProgress(recordingId, mode, report));
    const flush = () => reporter.flush(performance.now());
    const unsubscribe = player.subscribe(() =>
      reporter.observe(player.snapshot(), performance.now()),
    );
    window.addEventListener("pagehide", flush);
    return () => {
      unsubscribe();
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [player, recordingId, mode]);
}
