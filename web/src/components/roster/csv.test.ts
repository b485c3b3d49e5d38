import { describe, expect, it } from "vitest";
import { rosterCsv } from "./csv";

describe("a roster as a file", () => {
  it("has a header, and quotes what needs it", () => {
    const pupils = [
      { pupil_id: "p1", number: "1", name: "王小花" },
      { pupil_id: "p2", number: null, name: 'Li, "Q"' },
    ];
    expect(rosterCsv(["学号", "姓名"], pupils)).toBe(
      '\uFEFF学号,姓名\r\n1,王小花\r\n,"Li, ""Q"""\r\n',
    );
  });
});
