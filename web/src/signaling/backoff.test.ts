import { expect, it } from "vitest";
import { backoffMs } from "./backoff";

it("doubles, stays within 2 s and spreads over the upper half", () => {
  expect([1, 2, 3, 4, 5, 9].map((attempt) => backoffMs(attempt, 1))).toEqual([
    200, 400, 800, 1600, 2000, 2000,
  ]);
  expect(backoffMs(5, 0)).toBe(1000);
});
