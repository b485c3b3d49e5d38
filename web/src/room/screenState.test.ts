import { describe, expect, it } from "vitest";
import type { ScreenReported } from "../generated/signaling";
import { type Expected, screenFault } from "./screenState";

const NOW = 500_000;
const report = (change: Partial<ScreenReported> = {}): ScreenReported => ({
  type: "screen.reported",
  participant_id: "s1",
  at_ms: NOW - 1_000,
  wall: "page",
  is_hidden: false,
  picture_age_ms: 40,
  sound: "heard",
  ...change,
});
const faultOf = (change: Partial<ScreenReported>, expected: Partial<Expected> = {}) =>
  screenFault(
    report(change),
    { isPicture: true, isShared: false, isVoice: false, ...expected },
    NOW,
  );

describe("what a classroom's screen says of itself", () => {
  it("is nothing wrong while it shows and plays", () => {
    expect(faultOf({})).toBeNull();
    expect(faultOf({ sound: "silent" })).toBeNull();
  });

  it.each([
    [{ at_ms: NOW - 13_000, is_hidden: true }, {}, "away"],
    [{ is_hidden: true, sound: "blocked" }, {}, "hidden"],
    [{ sound: "blocked", picture_age_ms: null }, {}, "blocked"],
    [{ picture_age_ms: null }, {}, "nothing"],
    [{ picture_age_ms: null }, { isPicture: false }, null],
    [{ picture_age_ms: 5_000 }, {}, "still"],
    [{ picture_age_ms: 5_000 }, { isShared: true }, null],
    [{ picture_age_ms: 31_000 }, { isShared: true }, "still"],
    [{ sound: "silent" }, { isVoice: true }, "quiet"],
  ] as const)("%o while %o is expected: %s", (change, expected, fault) => {
    expect(faultOf(change, expected)).toBe(fault);
  });
});
