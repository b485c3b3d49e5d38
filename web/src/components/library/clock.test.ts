import { describe, expect, it } from "vitest";
import { clipRange, parseClock } from "./clock";

describe("times as people write them", () => {
  it("are minutes and seconds, or hours too", () => {
    expect(["3:20", "0:00", "90:05", "1:03:20", " 2：05 "].map(parseClock)).toEqual([
      200_000, 0, 5_405_000, 3_800_000, 125_000,
    ]);
  });

  it("are nothing else", () => {
    for (const text of ["", "3", "3:60", "1:60:00", "a:b", "1:2:3:4", "-1:00", "3.5:00"]) {
      expect(parseClock(text), text).toBeNull();
    }
  });
});

describe("a part of a lesson", () => {
  it("lies within it and is not empty", () => {
    expect(clipRange("0:10", "0:20", 60_100)).toEqual({ from_ms: 10_000, to_ms: 20_000 });
    for (const [from, to] of [
      ["0:20", "0:10"],
      ["0:10", "0:10"],
      ["0:10", "1:02"],
      ["x", "0:10"],
    ] as const) {
      expect(clipRange(from, to, 60_100), `${from} ${to}`).toBeNull();
    }
  });

  it("may end with the second in which the lesson ends", () => {
    expect(clipRange("0:50", "1:01", 60_100)).toEqual({ from_ms: 50_000, to_ms: 60_100 });
  });
});
