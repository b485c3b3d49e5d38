import type { ConsentAnswer, PupilAnswerDraft, PupilConsents, Purpose } from "../../api/types";

/** From narrow to wide: a wider one counts only with those before it. */
export const PURPOSES: readonly Purpose[] = ["recorded", "shared", "public"];

/** What one pupil, or a classroom without a roster, agrees to. */
export type Agreed = ReadonlySet<Purpose>;
/** By pupil. */
export type Draft = ReadonlyMap<string, Agreed>;

/** The purposes that count: each needs every narrower one. */
export function agreedOf(answers: readonly ConsentAnswer[]): Agreed {
  const granted = new Set(answers.filter((one) => one.is_granted).map((one) => one.purpose));
  const end = PURPOSES.findIndex((purpose) => !granted.has(purpose));
  return new Set(end < 0 ? PURPOSES : PURPOSES.slice(0, end));
}

export function draftOf(pupils: readonly PupilConsents[]): Draft {
  return new Map(pupils.map((one) => [one.pupil_id, agreedOf(one.answers)]));
}

/** Whether every narrower purpose is agreed to, so that this one can be. */
export function isOpen(agreed: Agreed, purpose: Purpose): boolean {
  return PURPOSES.slice(0, PURPOSES.indexOf(purpose)).every((one) => agreed.has(one));
}

/** The draft with these pupils' answer; a no takes every wider purpose along, a yes changes only those it is open to. */
export function answered(
  draft: Draft,
  pupilIds: Iterable<string>,
  purpose: Purpose,
  isGranted: boolean,
): Draft {
  const next = new Map(draft);
  const at = PURPOSES.indexOf(purpose);
  for (const id of pupilIds) {
    const agreed = draft.get(id) ?? new Set();
    if (!isGranted) next.set(id, new Set(PURPOSES.slice(0, at).filter((one) => agreed.has(one))));
    else if (isOpen(agreed, purpose)) next.set(id, new Set([...agreed, purpose]));
  }
  return next;
}

/** What the draft changes in what stands, in the order of the pupils. */
export function changesOf(pupils: readonly PupilConsents[], draft: Draft): PupilAnswerDraft[] {
  return pupils.flatMap((pupil) => {
    const before = agreedOf(pupil.answers);
    const after = draft.get(pupil.pupil_id) ?? before;
    return PURPOSES.filter((purpose) => before.has(purpose) !== after.has(purpose)).map(
      (purpose) => ({
        pupil_id: pupil.pupil_id,
        purpose,
        is_granted: after.has(purpose),
      }),
    );
  });
}
