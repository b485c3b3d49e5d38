import { describe, expect, it } from "vitest";
import { areDaysWrong, isNothing, momentsOf, NOTHING } from "./draft";

describe("what a list is searched for", () => {
  it("is nothing while nothing was entered", () => {
    expect(momentsOf(NOTHING)).toEqual({});
    expect(isNothing({ ...NOTHING, text: "  " })).toBe(true);
    expect(isNothing({ ...NOTHING, toDay: "2026-03-01" })).toBe(false);
  });

  it("takes the last day to its end", () => {
    const day = "2026-03-01";
    const { from, to } = momentsOf({ ...NOTHING, fromDay: day, toDay: day });
    expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
    expect(new Date(from ?? "").getHours()).toBe(0);
  });

  it("has its days the right way round", () => {
    const [first, second] = ["2026-03-01", "2026-03-02"];
    expect(areDaysWrong({ ...NOTHING, fromDay: second, toDay: first })).toBe(true);
    expect(areDaysWrong({ ...NOTHING, fromDay: first, toDay: first })).toBe(false);
  });
});
