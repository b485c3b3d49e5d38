import { describe, expect, it } from "vitest";
import type { PupilMark } from "../api/types";
import { came, isLate, leftEarly, withLate, withLeftEarly } from "./marks";

const MARKS: (PupilMark | null)[] = [
  null,
  "present",
  "late",
  "left_early",
  "late_and_left_early",
  "absent",
  "excused",
];

describe("a pupil's mark", () => {
  it.each(MARKS)(
    "of %s: late and left early are switched one by one, and mean that they came",
    (mark) => {
      for (const on of [true, false]) {
        const late = withLate(mark, on);
        expect([came(late), isLate(late), leftEarly(late)]).toEqual([true, on, leftEarly(mark)]);
        const early = withLeftEarly(mark, on);
        expect([came(early), isLate(early), leftEarly(early)]).toEqual([true, isLate(mark), on]);
      }
    },
  );
});
