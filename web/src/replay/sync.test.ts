import { describe, expect, it } from "vitest";
import { correction } from "./sync";

describe("what brings a track back to the lesson clock", () => {
  it("is nothing while it is as good as there", () => {
    expect(correction(0.015, 1.25)).toEqual({ isJump: false, playbackRate: 1.25 });
  });

  it("is a little more or less speed when it is off, at any speed", () => {
    expect(correction(0.05, 1).playbackRate).toBeCloseTo(0.95);
    expect(correction(-0.05, 2).playbackRate).toBeCloseTo(2.1);
    expect(correction(-0.29, 1).playbackRate).toBeCloseTo(1.08);
  });

  it("is a jump when that would take too long", () => {
    expect(correction(0.31, 1).isJump).toBe(true);
    expect(correction(-5, 1).isJump).toBe(true);
    expect(correction(0.5, 2).isJump).toBe(false);
    expect(correction(0.61, 2).isJump).toBe(true);
  });

  it("ends within the nudge in a few seconds, whatever the first error was", () => {
    for (const [first, speed] of [
      [0.29, 1],
      [-0.29, 0.75],
      [0.55, 2],
    ] as const) {
      let offS: number = first;
      for (let tick = 0; tick < 100; tick++) {
        const { isJump, playbackRate } = correction(offS, speed);
        offS = isJump ? 0 : offS + (playbackRate - speed) * 0.1;
      }
      expect(Math.abs(offS)).toBeLessThanOrEqual(0.021);
    }
  });
});
