import { describe, expect, it } from "vitest";
import type { Course } from "../../api/types";
import { en } from "../../i18n/en";
import { zhCN } from "../../i18n/zh-CN";
import { ruleWords } from "./ruleWords";

const course = (rule: string) =>
  ({ rule: `DTSTART:20270303T100000\nRRULE:FREQ=WEEKLY;${rule}`, duration_min: 40 }) as Course;

describe("when a course takes place", () => {
  it("is said in words", () => {
    const weekly = course("UNTIL=20270701T235959;BYDAY=MO,WE");
    expect(ruleWords(zhCN.terms, weekly, "、")).toBe("每周一、三 10:00，40 分钟");
    expect(ruleWords(en.terms, weekly, ", ")).toBe("Every Mon, Wed, 10:00, 40 minutes");
  });
  it("tells every other week from every week", () => {
    const odd = course("INTERVAL=2;UNTIL=20270701T235959;BYDAY=FR");
    expect(ruleWords(zhCN.terms, odd, "、")).toBe("隔周的周五 10:00，40 分钟");
  });
});
