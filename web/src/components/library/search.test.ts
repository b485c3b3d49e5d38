import { describe, expect, it } from "vitest";
import { areDatesWrong, isNothing, NOTHING, queryOf } from "./search";

describe("a search of the library", () => {
  it("asks for nothing that was not given", () => {
    expect(queryOf(NOTHING)).toEqual({});
    expect(isNothing({ ...NOTHING, text: "  " })).toBe(true);
    expect(queryOf({ ...NOTHING, text: " 茉莉花 " })).toEqual({ text: "茉莉花" });
  });

  it("takes the last day to its end", () => {
    const { from, to } = queryOf({ ...NOTHING, fromDay: "2026-03-01", toDay: "2026-03-01" });
    expect(new Date(to ?? "").getTime() - new Date(from ?? "").getTime()).toBe(86_400_000);
    expect(new Date(from ?? "").getHours()).toBe(0);
  });

  it("sees that the days are the wrong way round", () => {
    expect(areDatesWrong({ ...NOTHING, fromDay: "2026-03-02", toDay: "2026-03-01" })).toBe(true);
    expect(areDatesWrong({ ...NOTHING, fromDay: "2026-03-01", toDay: "2026-03-01" })).toBe(false);
  });
});
