import { describe, expect, it } from "vitest";
import { captionAt, readTime, withCue, writeTime } from "./captions";

const cue = (starts_ms: number, ends_ms: number, text: string) => ({ starts_ms, ends_ms, text });

describe("captions", () => {
  it("show everything that is said at a position", () => {
    const cues = [cue(0, 2_000, "one"), cue(1_000, 3_000, "two")];
    expect([500, 1_500, 2_000, 3_000].map((at) => captionAt(cues, at))).toEqual([
      "one",
      "one\ntwo",
      "two",
      "",
    ]);
  });

  it("stay in the order of time when one is added, changed or removed", () => {
    const cues = [cue(1_000, 2_000, "b"), cue(5_000, 6_000, "c")];
    const texts = (found: { text: string }[]) => found.map(({ text }) => text).join("");
    expect(texts(withCue(cues, null, cue(0, 500, "a")))).toBe("abc");
    expect(texts(withCue(cues, 0, cue(9_000, 9_500, "d")))).toBe("cd");
    expect(texts(withCue(cues, 1, null))).toBe("b");
  });
});

describe("times as people write them", () => {
  it("read back as they were written, to a tenth of a second", () => {
    for (const ms of [0, 500, 61_500, 599_900, 3_605_000]) expect(readTime(writeTime(ms))).toBe(ms);
    expect([5_000, 65_500, 3_725_000].map(writeTime)).toEqual(["0:05", "1:05.5", "1:02:05"]);
  });

  it("may have the signs of a Chinese keyboard", () => {
    expect(readTime(" 1：05。5 ")).toBe(65_500);
  });

  it("are refused when they are no times", () => {
    for (const text of ["", "5", "1:60", "1:2:3:4", "-1:00", "1:99:00", "a:bc", "1:05.1234"]) {
      expect(readTime(text), text).toBeNull();
    }
  });
});
