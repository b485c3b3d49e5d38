import { describe, expect, it } from "vitest";
import { merged, WatchedIntervals } from "./watched";

describe("what was watched", () => {
  it("is one stretch while it plays, at any speed", () => {
    const watched = new WatchedIntervals();
    for (let tick = 0; tick <= 100; tick++) watched.plays(5_000 + tick * 200, tick * 100);
    expect(watched.take(10)).toEqual([{ from_ms: 5_000, to_ms: 25_000 }]);
    expect(watched.take(10)).toEqual([]);
    watched.plays(25_200, 10_100);
    expect(watched.take(10)).toEqual([{ from_ms: 25_000, to_ms: 25_200 }]);
  });

  it("does not hold what was jumped over, forwards or backwards", () => {
    const watched = new WatchedIntervals();
    for (const [position, now] of [
      [0, 0],
      [100, 100],
      [5_100, 200],
      [5_200, 300],
      [50, 400],
      [150, 500],
    ] as const) {
      watched.plays(position, now);
    }
    expect(watched.take(10)).toEqual([
      { from_ms: 0, to_ms: 150 },
      { from_ms: 5_100, to_ms: 5_200 },
    ]);
  });

  it("does not hold a pause", () => {
    const watched = new WatchedIntervals();
    watched.plays(0, 0);
    watched.breaks();
    watched.plays(100, 10_000);
    expect(watched.take(10)).toEqual([]);
  });

  it("comes again when it was not delivered, in bounded portions", () => {
    const watched = new WatchedIntervals();
    watched.putBack([
      { from_ms: 20, to_ms: 30 },
      { from_ms: 0, to_ms: 10 },
    ]);
    expect(watched.take(1)).toEqual([{ from_ms: 0, to_ms: 10 }]);
    expect(watched.take(1)).toEqual([{ from_ms: 20, to_ms: 30 }]);
  });

  it("has no overlaps", () => {
    expect(
      merged([
        { from_ms: 5, to_ms: 9 },
        { from_ms: 0, to_ms: 6 },
        { from_ms: 2, to_ms: 3 },
        { from_ms: 9, to_ms: 12 },
        { from_ms: 20, to_ms: 21 },
      ]),
    ).toEqual([
      { from_ms: 0, to_ms: 12 },
      { from_ms: 20, to_ms: 21 },
    ]);
  });
});
