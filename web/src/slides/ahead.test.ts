import { expect, it } from "vitest";
import { aheadOf } from "./ahead";

it("fetches the next page, those after it, then those before, nearest first", () => {
  expect(aheadOf(3, 6, false)).toEqual([4, 5, 6, 2, 1]);
  expect(aheadOf(6, 6, false)).toEqual([5, 4, 3, 2, 1]);
  expect(aheadOf(1, 1, false)).toEqual([]);
});

it("fetches the next page only where data costs money", () => {
  expect(aheadOf(3, 6, true)).toEqual([4]);
  expect(aheadOf(6, 6, true)).toEqual([]);
});
