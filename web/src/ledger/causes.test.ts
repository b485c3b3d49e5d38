import { describe, expect, it } from "vitest";
import { causesWithTime } from "./causes";

const NONE = {
  cancelled: 0,
  not_held: 0,
  server: 0,
  teacher_late: 0,
  teacher_away: 0,
  ended_early: 0,
  classroom_away: 0,
  link: 0,
  power: 0,
};

describe("causesWithTime", () => {
  it("names the largest first and none that the page would call 0 minutes", () => {
    const missed = { ...NONE, teacher_late: 60, link: 300, server: 2, power: 3 };
    expect(causesWithTime(missed)).toEqual(["link", "teacher_late", "power"]);
    expect(causesWithTime(NONE)).toEqual([]);
  });
});
