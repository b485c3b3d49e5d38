import { describe, expect, it } from "vitest";
import type { ServerWarning } from "../../api/types";
import { en } from "../../i18n/en";
import { zhCN } from "../../i18n/zh-CN";
import { warningWords } from "./warningWords";

const NOW = Date.parse("2026-11-29T21:00");
const NOTHING = { is_urgent: true, on: null, name: "", seconds: 0, count: 0 };

describe("a warning about the server", () => {
  it.each<[Partial<ServerWarning> & Pick<ServerWarning, "code">, string, string]>([
    [
      { code: "disk_full_soon", on: "2027-01-12" },
      "磁盘会在 2027年1月12日周二 写满，还有 44 天",
      "The disk is full on Tue, Jan 12, 2027, in 44 days",
    ],
    [
      { code: "disk_full_soon", on: "2026-11-30" },
      "磁盘会在 2026年11月30日周一 写满，还有 1 天",
      "The disk is full on Mon, Nov 30, 2026, tomorrow",
    ],
    [
      { code: "certificate_ends_soon", on: "2026-12-01", name: "county.pem" },
      "证书 county.pem 在 2026年12月1日周二 到期",
      "The certificate county.pem ends on Tue, Dec 1, 2026",
    ],
    [
      { code: "database_clock_apart", seconds: -7 },
      "数据库的时钟比服务器慢 7 秒",
      "The database's clock is 7 s behind the server's",
    ],
  ])("$code says the day and how far", (warning, chinese, english) => {
    const whole = { ...NOTHING, ...warning };
    expect(warningWords(zhCN.server, whole, "zh-CN", NOW)).toBe(chinese);
    expect(warningWords(en.server, whole, "en", NOW)).toBe(english);
  });

  it("has a fix for each code, in both languages", () => {
    const codes = Object.keys(zhCN.server.warnings);
    expect(Object.keys(zhCN.server.fixes)).toEqual(codes);
    expect(Object.keys(en.server.fixes)).toEqual(codes);
  });
});
