import { describe, expect, it } from "vitest";
import { rosterCsv } from "./csv";

describe("a roster as a file", () => {
  it("has a header, quotes what needs it, and lets nothing run", () => {
    const pupils = [
      { pupil_id: "p1", number: "1", name: "王小花" },
      { pupil_id: "p2", number: null, name: 'Li, "Q"' },
      { pupil_id: "p3", number: "-3", name: " '=cmd" },
    ];
    expect(rosterCsv(["学号", "姓名"], pupils)).toBe(
      '\uFEFF学号,姓名\r\n1,王小花\r\n,"Li, ""Q"""\r\n\'-3,\' \'=cmd\r\n',
    );
  });
});
