import { describe, expect, it } from "vitest";
import { labelEvery, stackOf } from "./stack";

const AREA = { width: 100, height: 80 };
const series = (...values: number[][]) =>
  values.map((one, index) => ({ key: String(index), name: "", values: one }));

describe("stacked columns", () => {
  it("stand one upon the other, the first below, and nothing is no piece", () => {
    const { pieces } = stackOf(series([2, 0], [1, 4]), 2, AREA);
    expect(pieces.map(({ series, step, y, height }) => [series, step, y, height])).toEqual([
      [0, 0, 40, 40],
      [1, 0, 20, 20],
      [1, 1, 0, 80],
    ]);
    expect(pieces[0]?.x).toBeCloseTo(7);
    expect(pieces[0]?.width).toBeCloseTo(36);
  });

  it("have round numbers beside them that reach over the highest", () => {
    const tops = [0, 1, 4, 5, 9, 37, 95, 101, 1_234].map((highest) => {
      const { ticks } = stackOf(series([highest]), 1, AREA);
      expect(ticks[0]).toEqual({ value: 0, y: 80 });
      return ticks[4]?.value;
    });
    expect(tops).toEqual([4, 4, 4, 8, 20, 40, 100, 200, 2_000]);
  });

  it("have a label only where there is room for one", () => {
    expect([1, 3, 10, 11, 30].map((steps) => labelEvery(steps, 10))).toEqual([1, 1, 1, 2, 3]);
  });
});
