import { describe, expect, it } from "vitest";
import type { RecordedSlides } from "../api/types";
import { nextPageAfter, slideAt } from "./slides";

const page = { width: 1920, height: 1080, sharp_url: "/1", light_url: null };
const stroke = (stroke_id: string, onPage: number, from_ms: number, to_ms: number | null) => ({
  stroke_id,
  page: onPage,
  color: "red" as const,
  points: "1,1 2,2",
  from_ms,
  to_ms,
});
const slides: RecordedSlides = {
  pages: [page, page],
  changes: [
    { at_ms: 1_000, page: 0 },
    { at_ms: 5_000, page: 1 },
    { at_ms: 8_000, page: null },
    { at_ms: 9_000, page: 0 },
  ],
  strokes: [stroke("a", 0, 2_000, 3_000), stroke("b", 0, 2_500, null), stroke("c", 1, 6_000, null)],
};

describe("slides of a replay", () => {
  const at = (positionMs: number) => {
    const moment = slideAt(slides, positionMs);
    return moment && [moment.page, ...moment.strokes.map(({ stroke_id }) => stroke_id)];
  };

  it("are in step with the lesson, line by line", () => {
    expect(at(999)).toBeNull();
    expect(at(1_000)).toEqual([0]);
    expect(at(2_000)).toEqual([0, "a"]);
    expect(at(2_999)).toEqual([0, "a", "b"]);
    expect(at(3_000)).toEqual([0, "b"]);
    expect(at(5_000)).toEqual([1]);
    expect(at(7_000)).toEqual([1, "c"]);
    expect(at(8_000)).toBeNull();
    expect(at(60_000)).toEqual([0, "b"]);
  });

  it("know what comes next", () => {
    expect(nextPageAfter(slides, 0)).toBe(0);
    expect(nextPageAfter(slides, 1_000)).toBe(1);
    expect(nextPageAfter(slides, 6_000)).toBe(0);
    expect(nextPageAfter(slides, 9_000)).toBeNull();
  });
});
