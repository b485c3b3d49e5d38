import { client } from "./client";
import { readTagged } from "./tagged";
import type { Timetable } from "./types";

export interface TimetableAnswer {
  /** Null: the one that `tag` names still holds. */
  timetable: Timetable | null;
  tag: string | null;
  /** The server's clock, ms since 1970 UTC. */
  nowMs: number;
  /** How far this PC's clock is ahead of it, wrong by half of the time that the answer took at most. */
  aheadMs: number;
}

/** This classroom's timetable, if it is another than the one of `tag`. ApiError, `unreachable` without an answer. */
export async function readTimetable(tag: string | null): Promise<TimetableAnswer> {
  const {
    value,
    tag: newTag,
    nowMs,
  } = await readTagged<Timetable>(
    (request) => client.GET("/api/v1/classroom/timetable", request),
    tag,
  );
  return { timetable: value, tag: newTag, nowMs, aheadMs: Math.round(Date.now() - nowMs) };
}
