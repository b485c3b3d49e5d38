import { describe, expect, it } from "vitest";
import { MAX_POINTS, pagePoint, pointCount, simplified, writePoints } from "./points";

describe("points of a page", () => {
  it("are fractions of the page, kept inside of it", () => {
    const box = { left: 100, top: 50, width: 400, height: 200 };
    expect(pagePoint(300, 100, box)).toEqual({ x: 5000, y: 2500 });
    expect(pagePoint(0, 900, box)).toEqual({ x: 0, y: 10_000 });
  });

  it("of a straight line are its ends", () => {
    const line = Array.from({ length: 50 }, (_, index) => ({ x: index * 100, y: index * 50 }));
    expect(simplified(line)).toEqual([line[0], line[49]]);
  });

  it("of a corner keep the corner", () => {
    const corner = [
      { x: 0, y: 0 },
      { x: 500, y: 0 },
      { x: 1000, y: 0 },
      { x: 1000, y: 500 },
      { x: 1000, y: 1000 },
    ];
    expect(simplified(corner)).toEqual([corner[0], corner[2], corner[4]]);
  });

  it("of a wild scribble are no more than the server takes", () => {
    const scribble = Array.from({ length: 3000 }, (_, index) => ({
      x: (index * 7919) % 10_000,
      y: (index * 104_729) % 10_000,
    }));
    const points = simplified(scribble);
    expect(points.length).toBeLessThanOrEqual(MAX_POINTS);
    expect(pointCount(writePoints(points))).toBe(points.length);
  });

  it("a dot is a line of no length", () => {
    expect(writePoints(simplified([{ x: 5, y: 6 }]))).toBe("5,6 5,6");
  });
});
