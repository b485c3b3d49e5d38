import { describe, expect, it } from "vitest";
import { chapterBeside, keyAction, speedBeside } from "./keys";

describe("the keys of the player", () => {
  it("are those of other players", () => {
    expect(keyAction(" ")).toEqual({ type: "toggle" });
    expect(keyAction("K")).toEqual({ type: "toggle" });
    expect(keyAction("ArrowLeft")).toEqual({ type: "step", byMs: -5_000 });
    expect(keyAction("l")).toEqual({ type: "step", byMs: 10_000 });
    expect(keyAction("7")).toEqual({ type: "part", share: 0.7 });
    expect(["m", "c", "f", "?"].map((key) => keyAction(key)?.type)).toEqual([
      "mute",
      "captions",
      "fullscreen",
      "help",
    ]);
    expect([keyAction("a"), keyAction("Tab"), keyAction("F5")]).toEqual([null, null, null]);
  });

  it("stop at the slowest and the fastest speed", () => {
    expect([speedBeside(1, 1), speedBeside(2, 1), speedBeside(0.75, -1)]).toEqual([1.25, 2, 0.75]);
  });

  it("go to the chapter after, or before the one that has just begun", () => {
    const chapters = [{ at_ms: 0 }, { at_ms: 10_000 }, { at_ms: 20_000 }];
    expect(chapterBeside(chapters, 11_000, 1)).toBe(20_000);
    expect(chapterBeside(chapters, 21_000, 1)).toBeNull();
    expect(chapterBeside(chapters, 15_000, -1)).toBe(10_000);
    expect(chapterBeside(chapters, 11_000, -1)).toBe(0);
  });
});
