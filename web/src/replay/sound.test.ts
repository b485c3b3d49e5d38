import { describe, expect, it } from "vitest";
import type { Chapter, ChapterKind } from "../api/types";
import { wasHeard } from "./sound";

const chapter = (at_ms: number, kind: ChapterKind): Chapter => ({
  at_ms,
  kind,
  participant_id: null,
  name: null,
});
const usual = { is_sing_along: false, spotlight: null };
const recording = {
  stage: [
    { ...usual, at_ms: 0, on_stage: ["lead"] },
    { ...usual, at_ms: 5_000, on_stage: ["lead", "seat_1"] },
    { ...usual, at_ms: 9_000, on_stage: ["lead"] },
    { ...usual, at_ms: 50_000, on_stage: ["lead", "seat_1"] },
    { ...usual, at_ms: 51_000, on_stage: ["lead", "seat_1"], is_sing_along: true },
    { ...usual, at_ms: 52_000, on_stage: ["lead", "seat_1"] },
  ],
  chapters: [
    chapter(0, "started"),
    chapter(20_000, "floor_opened"),
    chapter(30_000, "floor_closed"),
  ],
};
const classroom = { participant_id: "seat_1", role: "classroom" as const };
const other = { participant_id: "seat_2", role: "classroom" as const };

describe("who sounds in a replay", () => {
  it("is the lead, always", () => {
    const lead = { participant_id: "lead", role: "lead" as const };
    expect([0, 6_000, 40_000].map((at) => wasHeard(recording, lead, at))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("is a classroom while it is on stage", () => {
    const at = [4_999, 5_000, 8_999, 9_000];
    expect(at.map((ms) => wasHeard(recording, classroom, ms))).toEqual([false, true, true, false]);
    expect(wasHeard(recording, other, 6_000)).toBe(false);
  });

  it("is no classroom in a sing-along, on stage or not", () => {
    const at = [50_500, 51_500, 52_500];
    expect(at.map((ms) => wasHeard(recording, classroom, ms))).toEqual([true, false, true]);
  });

  it("is everybody while the floor is open", () => {
    const at = [19_999, 20_000, 29_999, 30_000];
    expect(at.map((ms) => wasHeard(recording, other, ms))).toEqual([false, true, true, false]);
  });
});
