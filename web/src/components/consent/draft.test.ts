import { describe, expect, it } from "vitest";
import type { PupilConsents, Purpose } from "../../api/types";
import { agreedOf, answered, changesOf, draftOf } from "./draft";

const yes = (purpose: Purpose, is_granted = true) => ({
  purpose,
  is_granted,
  entered_by: "",
  entered_at: "",
});
const pupil = (pupil_id: string, ...granted: Purpose[]): PupilConsents => ({
  pupil_id,
  number: null,
  name: pupil_id,
  answers: granted.map((one) => yes(one)),
});

describe("a sheet of consents", () => {
  it("counts a wider purpose only with every narrower one", () => {
    expect([...agreedOf([yes("public"), yes("recorded")])]).toEqual(["recorded"]);
    expect([...agreedOf([yes("recorded", false), yes("shared")])]).toEqual([]);
  });

  it("takes the wider purposes along with a no", () => {
    const pupils = [pupil("a", "recorded", "shared", "public"), pupil("b", "recorded")];
    const draft = answered(draftOf(pupils), ["a"], "shared", false);
    expect(changesOf(pupils, draft)).toEqual([
      { pupil_id: "a", purpose: "shared", is_granted: false },
      { pupil_id: "a", purpose: "public", is_granted: false },
    ]);
  });

  it("ticks a whole column, but for those who have not agreed to the one before", () => {
    const pupils = [pupil("a", "recorded"), pupil("b")];
    const draft = answered(draftOf(pupils), ["a", "b"], "shared", true);
    expect(changesOf(pupils, draft)).toEqual([
      { pupil_id: "a", purpose: "shared", is_granted: true },
    ]);
    expect(changesOf(pupils, answered(draft, ["a"], "shared", false))).toEqual([]);
  });
});
