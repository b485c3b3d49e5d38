import { describe, expect, it } from "vitest";
import { loginsOf, missingIn } from "./draft";

describe("a person as typed", () => {
  it("takes logins with any comma between them", () => {
    expect(loginsOf(" T001, 138 0000 0000，a@example.org、\n;b ")).toEqual([
      "T001",
      "138 0000 0000",
      "a@example.org",
      "b",
    ]);
    expect(loginsOf(" ，")).toEqual([]);
  });

  it("says what is missing", () => {
    const whole = { name: "孙", logins: ["T1"], roles: ["teacher" as const], school_id: null };
    expect(missingIn(whole)).toBeUndefined();
    expect(missingIn({ ...whole, name: "" })).toBe("needName");
    expect(missingIn({ ...whole, logins: [] })).toBe("needLogin");
    expect(missingIn({ ...whole, roles: [] })).toBe("needRole");
  });
});
