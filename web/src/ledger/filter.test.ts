import { describe, expect, it } from "vitest";
import { fileUrl, inMinutes, queryOf, recentDays } from "./filter";

describe("what a ledger report is about", () => {
  const recent = recentDays(new Date(2026, 10, 29, 15, 30));

  it("begins thirty days back and ends with today, whole days by the reader's calendar", () => {
    expect([recent.from, recent.to]).toEqual(["2026-10-31", "2026-11-29"]);
    expect(queryOf(recent)).toEqual({
      from: new Date(2026, 9, 31).toISOString(),
      to: new Date(2026, 10, 30).toISOString(),
    });
  });

  it("is nothing while a day is missing or the days are in the wrong order", () => {
    expect(queryOf({ ...recent, from: "" })).toBeNull();
    expect(queryOf({ ...recent, from: "2026-12-01" })).toBeNull();
  });

  it("is the same in the file as on the page", () => {
    const query = queryOf({ ...recent, schoolId: "sch_1", subject: "音乐" });
    expect(query).not.toBeNull();
    if (query === null) return;
    const url = new URL(fileUrl("xlsx", "lessons", query, "zh-CN") ?? "", "http://localhost");
    expect(url.pathname).toBe("/api/v1/ledger.xlsx");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...query,
      language: "zh",
      utc_offset_min: String(-new Date(2026, 9, 31).getTimezoneOffset()),
    });
    expect(fileUrl("csv", "school", query, "en")).toMatch(/\/ledger\.csv\?.*by=school/);
    expect(fileUrl("csv", "pupils", query, "en")).toBeNull();
    expect(fileUrl("csv", "pupils", { ...query, classroom_id: "cls_1" }, "en")).toMatch(
      /\/classrooms\/cls_1\/pupil-attendance\.csv\?/,
    );
  });

  it("says seconds as minutes", () => {
    expect([0, 30, 120, 2670, 2700].map(inMinutes)).toEqual(["0", "0.5", "2", "44.5", "45"]);
  });
});
