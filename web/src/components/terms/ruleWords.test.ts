import { describe, expect, it } from "vitest";
import type { Course } from "../../api/types";
import { en } from "../../i18n/en";
import { zhCN } from "../../i18n/zh-CN";
import { ruleWords } from "./ruleWords";

const course = (weeks: Course["weeks"], ...weekdays: number[]) =>
  ({ weekdays, weeks, begins: "10:00", duration_min: 40 }) as Course;

describe("when a course takes place", () => {
  it("is said in words", () => {
    const weekly = course("every", 0, 2);
    expect(ruleWords(zhCN.terms, weekly, "、")).toBe("每周一、三 10:00，40 分钟");
    expect(ruleWords(en.terms, weekly, ", ")).toBe("Every Mon, Wed, 10:00, 40 minutes");
  });
  it("tells odd and even weeks from every week", () => {
    expect(ruleWords(zhCN.terms, course("odd", 4), "、")).toBe("单周周五 10:00，40 分钟");
    expect(ruleWords(zhCN.terms, course("even", 4), "、")).toBe("双周周五 10:00，40 分钟");
  });
});
