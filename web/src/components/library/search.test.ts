import { expect, it } from "vitest";
import { NOTHING, queryOf } from "./search";

it("a search of the library asks for nothing that was not given", () => {
  expect(queryOf(NOTHING)).toEqual({});
  expect(queryOf({ ...NOTHING, text: " 茉莉花 " })).toEqual({ text: "茉莉花" });
  expect(queryOf({ ...NOTHING, subject: "音乐", schoolId: "sch_1" })).toEqual({
    subject: "音乐",
    school_id: "sch_1",
  });
});
