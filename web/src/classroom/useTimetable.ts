import { useEffect, useState } from "react";
import { readTimetable } from "../api/timetable";
import { useStore } from "../hooks/useStore";
import type { ServerClock } from "./serverClock";
import { type TimetableState, TimetableWatch } from "./timetableWatch";

/** This classroom's timetable, kept current while the component is there and `isActive`. */
export function useTimetable(isActive = true): [TimetableState, TimetableWatch] {
  const [watch] = useState(() => new TimetableWatch({ read: readTimetable }));

  useEffect(() => {
    if (!isActive) return;
    watch.start();
    window.addEventListener("online", watch.start);
    return () => {
      window.removeEventListener("online", watch.start);
      watch.stop();
    };
  }, [watch, isActive]);

  return [useStore(watch.state), watch];
}

/** The server's time in ms, once a second; null before it is known. */
export function useServerNow(clock: ServerClock): number | null {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return clock.now();
}
