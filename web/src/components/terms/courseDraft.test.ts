import { describe, expect, it } from "vitest";
import type { Course } from "../../api/types";
import { draftOf, missingOf, toggled } from "./courseDraft";

const filled = {
  ...draftOf(null, "音乐", [{ user_id: "usr_1" }]),
  title: "合唱",
  weekdays: [2],
  classroom_ids: ["cls_1"],
};

describe("the form of a course", () => {
  it("begins with what the course is", () => {
    const course = {
      ...filled,
      course_id: "crs_1",
      lead_name: "李老师",
      classrooms: [{ classroom_id: "cls_1", name: "红旗小学 一班" }],
    } as unknown as Course;
    expect(draftOf(course, "", [{ user_id: "usr_2" }, { user_id: "usr_1" }])).toEqual(filled);
    expect(draftOf(course, "", [{ user_id: "usr_2" }]).lead_id).toBe("usr_2");
  });
  it("says what is missing or cannot be", () => {
    expect([...missingOf(draftOf(null, "", []))]).toEqual(["title", "weekdays", "classroom_ids"]);
    expect([...missingOf(filled)]).toEqual([]);
    for (const minutes of [4, 241, 40.5, Number.NaN]) {
      expect([...missingOf({ ...filled, duration_min: minutes })]).toEqual(["duration_min"]);
    }
  });
  it("keeps classrooms in the order in which they were chosen", () => {
    expect(toggled(["b", "a"], "c", true)).toEqual(["b", "a", "c"]);
    expect(toggled(["b", "a"], "b", false)).toEqual(["a"]);
  });
});
