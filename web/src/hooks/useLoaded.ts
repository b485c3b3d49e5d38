import { useCallback, useEffect, useState } from "react";
import { ApiError } from "../api/client";

export type Loaded<Value> =
  | { state: "loading" }
  | { state: "failed"; error: ApiError }
  | { state: "ready"; value: Value };

/** Load something once (and again on `reload`); `load` must keep its identity (useCallback or a module function). */
export function useLoaded<Value>(load: () => Promise<Value>): [Loaded<Value>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ state: "loading" });
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks for the same thing again.
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (value) => isCurrent && setLoaded({ state: "ready", value }),
      (error: unknown) => {
        const known = error instanceof ApiError ? error : new ApiError("failed", String(error), 0);
        if (isCurrent) setLoaded({ state: "failed", error: known });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [load, round]);

  return [loaded, useCallback(() => setRound((value) => value + 1), [])];
}
