import { describe, expect, it } from "vitest";
import type { Term } from "../api/types";
import { fileUrl, inMinutes, queryOf, recentDays, usualDays } from "./filter";

describe("what a ledger report is about", () => {
  const zone = "Asia/Shanghai";
  const recent = recentDays(new Date("2026-11-28T16:30:00Z"), zone);

  it("begins thirty days back and ends with today, whole days of the server's zone", () => {
    expect([recent.from, recent.to]).toEqual(["2026-10-31", "2026-11-29"]);
    expect(queryOf(recent, zone)).toEqual({
      from: "2026-10-30T16:00:00.000Z",
      to: "2026-11-29T16:00:00.000Z",
    });
  });

  it("is nothing while a day is missing or the days are in the wrong order", () => {
    expect(queryOf({ ...recent, from: "" }, zone)).toBeNull();
    expect(queryOf({ ...recent, to: "" }, zone)).toBeNull();
    expect(queryOf({ ...recent, from: "2026-12-01" }, zone)).toBeNull();
  });

  it("is of the usual days: today, the week from Monday on, the term that is on", () => {
    const term = { first_day: "2026-09-01", last_day: "2027-01-20" } as Term;
    const sunday = new Date("2026-11-28T16:30:00Z");
    expect(usualDays("today", sunday, zone, [])).toEqual({ from: "2026-11-29", to: "2026-11-29" });
    expect(usualDays("week", sunday, zone, [])).toEqual({ from: "2026-11-23", to: "2026-11-29" });
    expect(usualDays("week", new Date("2026-11-30T10:00:00Z"), zone, [])?.from).toBe("2026-11-30");
    expect(usualDays("term", sunday, zone, [term])).toEqual({
      from: "2026-09-01",
      to: "2027-01-20",
    });
    expect(usualDays("term", new Date("2027-02-01T10:00:00Z"), zone, [term])).toBeNull();
  });

  it("is the same in the file as on the page", () => {
    const query = queryOf({ ...recent, schoolId: "sch_1", subject: "音乐" }, zone);
    expect(query).not.toBeNull();
    if (query === null) return;
    const url = new URL(fileUrl("xlsx", "lessons", query, "zh-CN", zone) ?? "", "http://localhost");
    expect(url.pathname).toBe("/api/v1/ledger.xlsx");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...query,
      language: "zh",
      utc_offset_min: "480",
    });
    expect(fileUrl("csv", "school", query, "en", zone)).toMatch(/\/ledger\.csv\?.*by=school/);
    expect(fileUrl("csv", "pupils", query, "en", zone)).toBeNull();
    expect(fileUrl("csv", "charts", query, "en", zone)).toBeNull();
    expect(fileUrl("csv", "pupils", { ...query, classroom_id: "cls_1" }, "en", zone)).toMatch(
      /\/classrooms\/cls_1\/pupil-attendance\.csv\?/,
    );
  });

  it("says seconds as minutes", () => {
    expect([0, 30, 120, 2670, 2700].map(inMinutes)).toEqual(["0", "0.5", "2", "44.5", "45"]);
  });
});
