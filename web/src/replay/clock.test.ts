import { describe, expect, it } from "vitest";
import { LessonClock } from "./clock";

describe("the lesson clock", () => {
  it("runs at its speed, holds and goes on", () => {
    const clock = new LessonClock(60_000);
    clock.run(1_000);
    expect(clock.at(3_000)).toBe(2_000);
    clock.setSpeed(1.5, 3_000);
    expect(clock.at(5_000)).toBe(5_000);
    clock.hold(5_000);
    expect([clock.at(9_000), clock.isRunning]).toEqual([5_000, false]);
    clock.run(9_000);
    expect(clock.at(10_000)).toBe(6_500);
  });

  it("jumps while it runs and while it holds, and stays within the lesson", () => {
    const clock = new LessonClock(60_000);
    clock.seek(-5, 0);
    expect(clock.at(100)).toBe(0);
    clock.run(100);
    clock.seek(30_000, 200);
    expect(clock.at(1_200)).toBe(31_000);
    clock.seek(70_000, 1_200);
    expect(clock.at(5_000)).toBe(60_000);
  });
});
