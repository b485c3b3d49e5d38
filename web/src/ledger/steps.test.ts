import { describe, expect, it } from "vitest";
import type { LedgerStep } from "../api/types";
import { zhCN } from "../i18n/zh-CN";
import { seriesOf, stepOf, stepWords } from "./steps";

const CAUSES = {
  cancelled: 0,
  not_held: 0,
  server: 0,
  teacher_late: 0,
  teacher_away: 0,
  ended_early: 0,
  classroom_away: 0,
  link: 0,
  power: 0,
};

const step = (over: Partial<LedgerStep>): LedgerStep => ({
  starts_at: "2026-11-23T00:00:00Z",
  lessons: { held: 0, cancelled: 0, not_held: 0 },
  planned_s: 0,
  delivered_s: 0,
  missed: CAUSES,
  classrooms: { on_time: 0, late: 0, absent: 0, excused: 0 },
  pupils: { present: 0, absent: 0, excused: 0 },
  ...over,
});

describe("the ledger as charts", () => {
  it("is as fine as the range is long", () => {
    const range = (days: number) => ({
      from: "2026-11-01T00:00:00Z",
      to: new Date(Date.UTC(2026, 10, 1 + days)).toISOString(),
    });
    expect([1, 2, 7, 31, 35, 36, 140].map((days) => stepOf(range(days)))).toEqual([
      "hour",
      "day",
      "day",
      "day",
      "day",
      "week",
      "week",
    ]);
  });

  it("calls steps by their time, day or week", () => {
    const monday = "2026-11-23T00:00:00Z";
    const reader = { language: "zh-CN", zone: "Asia/Shanghai", words: zhCN };
    expect(stepWords(monday, "hour", reader).short).toBe("08:00");
    expect(stepWords(monday, "day", reader)).toEqual({ short: "11/23", whole: "11/23 周一" });
    expect(stepWords(monday, "week", reader).whole).toBe("11/23 起的一周");
  });

  it("shows minutes with those causes alone that cost any", () => {
    const steps = [
      step({ delivered_s: 2_400, missed: { ...CAUSES, link: 300 } }),
      step({ delivered_s: 600 }),
    ];
    const { minutes } = seriesOf(steps, zhCN);
    expect(minutes.map(({ key, values }) => [key, values])).toEqual([
      ["delivered", [40, 10]],
      ["link", [5, 0]],
    ]);
  });
});
