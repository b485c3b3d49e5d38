import { expect, it } from "vitest";
import { thumbnailAt } from "./thumbnails";

const thumbnails = {
  step_ms: 10_000,
  count: 105,
  columns: 10,
  rows: 10,
  width: 160,
  height: 90,
  sheets: ["first", "second"],
};

it("finds the picture of a moment on its sheet", () => {
  expect(thumbnailAt(thumbnails, 0)).toEqual({ sheet: "first", x: 0, y: 0 });
  expect(thumbnailAt(thumbnails, 129_999)).toEqual({ sheet: "first", x: 320, y: 90 });
  expect(thumbnailAt(thumbnails, 1_000_000)).toEqual({ sheet: "second", x: 0, y: 0 });
  expect(thumbnailAt(thumbnails, 99_000_000)).toEqual({ sheet: "second", x: 640, y: 0 });
});

it("finds none before they are made, or where there are none", () => {
  expect(thumbnailAt(null, 0)).toBeNull();
  expect(thumbnailAt({ ...thumbnails, count: 0, sheets: [] }, 0)).toBeNull();
});
