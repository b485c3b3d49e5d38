import { ApiError, client, refusal } from "./client";
import type { Timetable } from "./types";

const PATIENCE_MS = 8_000;
const NOW_HEADER = "X-Tongtang-Now";

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
  const askedAt = performance.now();
  const { data, error, response } = await client
    .GET("/api/v1/classroom/timetable", {
      headers: tag === null ? {} : { "If-None-Match": tag },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    .catch(() => {
      throw new ApiError("unreachable", "The server did not answer.", 0);
    });
  if (!response.ok && response.status !== 304) throw refusal(error, response.status);
  const nowMs = Number(response.headers.get(NOW_HEADER)) + (performance.now() - askedAt) / 2;
  return {
    timetable: data ?? null,
    tag: response.headers.get("ETag"),
    nowMs,
    aheadMs: Math.round(Date.now() - nowMs),
  };
}
