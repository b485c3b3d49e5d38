import { describe, expect, it } from "vitest";
import type { TimetableLesson } from "../api/types";
import { byDay, lessonToJoin, midnight, nextLesson } from "./agenda";

const MINUTE_MS = 60_000;
const NOON = new Date(2027, 0, 15, 12, 0).getTime();

/** A lesson of 45 minutes that begins `inMin` after noon. */
function lesson(
  id: string,
  inMin: number,
  state: TimetableLesson["state"] = "waiting",
): TimetableLesson {
  const at = (min: number) => new Date(NOON + min * MINUTE_MS).toISOString();
  return {
    lesson_id: id,
    title: id,
    subject: "",
    starts_at: at(inMin),
    ends_at: at(inMin + 45),
    joins_at: at(inMin - 10),
    state,
    lead_name: "",
    lead_school_name: "",
    change: null,
  };
}

const idAt = (lessons: TimetableLesson[], min: number) =>
  lessonToJoin(lessons, NOON + min * MINUTE_MS)?.lesson_id;

describe("the lesson that a PC belongs in", () => {
  it("opens ten minutes before it begins, and not a moment sooner", () => {
    const lessons = [lesson("a", 0)];
    expect(lessonToJoin(lessons, NOON - 10 * MINUTE_MS - 1)).toBeNull();
    expect(idAt(lessons, -10)).toBe("a");
  });

  it("is the one that is on, also past its planned end", () => {
    const lessons = [lesson("a", 0, "live"), lesson("b", 60)];
    expect(idAt(lessons, 55)).toBe("a");
    expect(idAt([lesson("a", 0, "live"), lesson("b", 60, "live")], 65)).toBe("b");
  });

  it("is never one that is over or that nobody began in time", () => {
    expect(idAt([lesson("a", 0, "ended")], 5)).toBeUndefined();
    expect(idAt([lesson("a", 0)], 45)).toBeUndefined();
  });

  it("is the next one as soon as that opens, though nobody began the one before", () => {
    const lessons = [lesson("a", 0), lesson("b", 50)];
    expect(idAt(lessons, 39)).toBe("a");
    expect(idAt(lessons, 40)).toBe("b");
  });
});

it("the next lesson is the first that has not opened", () => {
  const lessons = [lesson("over", -90, "ended"), lesson("open", 5), lesson("next", 60)];
  expect(nextLesson(lessons, NOON)?.lesson_id).toBe("next");
  expect(nextLesson(lessons, NOON + 55 * MINUTE_MS)).toBeNull();
});

it("lists today and the days to come, each once", () => {
  const lessons = [lesson("y", -24 * 60), lesson("a", -120), lesson("b", 0), lesson("c", 24 * 60)];
  const days = byDay(lessons, NOON);
  expect(days.map((day) => day.lessons.map((one) => one.lesson_id))).toEqual([["a", "b"], ["c"]]);
  expect(days[0]?.startMs).toBe(midnight(NOON));
});
