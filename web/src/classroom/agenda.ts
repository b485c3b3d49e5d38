import type { TimetableLesson } from "../api/types";
import { dayIn, midnightIn, TIME_ZONE } from "../zone";

/**
 * The lesson that a classroom's PC belongs in now: one that is on, else the one that opened last and may still begin.
 * A lesson that nobody began before its planned end keeps no classroom from the next one.
 */
export function lessonToJoin(
  lessons: readonly TimetableLesson[],
  nowMs: number,
): TimetableLesson | null {
  const open = lessons.filter((lesson) => isOpen(lesson, nowMs));
  const live = open.filter((lesson) => lesson.state === "live");
  return (live.length > 0 ? live : open).at(-1) ?? null;
}

function isOpen(lesson: TimetableLesson, nowMs: number): boolean {
  if (lesson.state === "live") return true;
  const isAhead = nowMs < Date.parse(lesson.ends_at);
  return lesson.state === "waiting" && Date.parse(lesson.joins_at) <= nowMs && isAhead;
}

/** The next lesson that has not opened yet. */
export function nextLesson(
  lessons: readonly TimetableLesson[],
  nowMs: number,
): TimetableLesson | null {
  const isComing = (lesson: TimetableLesson) =>
    lesson.state === "waiting" && Date.parse(lesson.joins_at) > nowMs;
  return lessons.find(isComing) ?? null;
}

export interface Day {
  /** When the county's day begins, ms. */
  startMs: number;
  lessons: TimetableLesson[];
}

/** Lessons by day, from today on. */
export function byDay(lessons: readonly TimetableLesson[], nowMs: number): Day[] {
  const today = midnight(nowMs);
  const days: Day[] = [];
  for (const lesson of lessons) {
    const startMs = midnight(Date.parse(lesson.starts_at));
    if (startMs < today) continue;
    const last = days.at(-1);
    if (last?.startMs === startMs) last.lessons.push(lesson);
    else days.push({ startMs, lessons: [lesson] });
  }
  return days;
}

/** When the county's day that has this moment began, ms. */
export function midnight(ms: number): number {
  return midnightIn(dayIn(new Date(ms), TIME_ZONE), TIME_ZONE)?.getTime() ?? ms;
}
