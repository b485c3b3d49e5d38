import { useEffect, useRef, useState } from "react";
import { client } from "../api/client";
import { readTagged } from "../api/tagged";
import type { Wall } from "../api/types";
import { useStore } from "../hooks/useStore";
import { Watch, type WatchState } from "./watch";

const EVERY_MS = 5_000;

export interface WatchedWall extends WatchState<Wall> {
  /** Ask at once. */
  refresh: () => void;
}

/** The lessons that run now, those that need somebody most first; kept current while the page is seen. */
export function useWall(limit: number): WatchedWall {
  const asked = useRef(limit);
  const [watch] = useState(() => watchWall(() => asked.current));
  useEffect(() => {
    asked.current = limit;
    const follow = () => (document.hidden ? watch.stop() : watch.start());
    follow();
    document.addEventListener("visibilitychange", follow);
    window.addEventListener("online", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      window.removeEventListener("online", follow);
      watch.stop();
    };
  }, [watch, limit]);
  return { ...useStore(watch.state), refresh: watch.start };
}

function watchWall(limit: () => number): Watch<Wall> {
  return new Watch(
    (tag) =>
      readTagged<Wall>(
        (request) =>
          client.GET("/api/v1/wall", { ...request, params: { query: { limit: limit() } } }),
        tag,
      ),
    EVERY_MS,
  );
}
