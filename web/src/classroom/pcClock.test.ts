import { describe, expect, it } from "vitest";
import { en } from "../i18n/en";
import { zhCN } from "../i18n/zh-CN";
import { clockWords } from "./pcClock";

const MINUTE_MS = 60_000;

describe("a PC's clock that is off", () => {
  it.each([
    [3 * MINUTE_MS, "时钟快 3 分钟", "Clock 3 min ahead"],
    [-5 * 60 * MINUTE_MS, "时钟慢 5 小时", "Clock 5 hours behind"],
    [-3 * 24 * 60 * MINUTE_MS, "时钟慢 3 天", "Clock 3 days behind"],
  ])("%d ms is told in words", (aheadMs, chinese, english) => {
    expect(clockWords(zhCN.pcClock, aheadMs)).toBe(chinese);
    expect(clockWords(en.pcClock, aheadMs)).toBe(english);
  });
});
