import { useEffect, useState } from "react";
import { enterLesson } from "./enter";

const RETRY_MS = 3_000;

/** Go into this lesson, and try again until it works or another one is due. `onRefused` asks what is due now. */
export function useAutoJoin(lessonId: string | null, onRefused: () => void): void {
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks for the same thing again.
  useEffect(() => {
    if (lessonId === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isCurrent = true;
    enterLesson(lessonId).catch(() => {
      if (!isCurrent) return;
      onRefused();
      timer = setTimeout(() => setAttempt((value) => value + 1), RETRY_MS);
    });
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [lessonId, attempt, onRefused]);
}
