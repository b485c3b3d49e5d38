import type { PupilMark, RollCall } from "../api/types";

/** Values that the server has not confirmed yet, each as a whole. */
export interface Unsent {
  /** By pupil; null takes a mark back. */
  marks: Readonly<Record<string, PupilMark | null>>;
  /** Left out: unchanged; null: count the marks. */
  typedCount?: number | null;
}

export const NOTHING_UNSENT: Unsent = { marks: {} };

export const unsentCount = (unsent: Unsent) =>
  Object.keys(unsent.marks).length + (unsent.typedCount === undefined ? 0 : 1);

export const came = (mark: PupilMark | null) =>
  mark !== null && mark !== "absent" && mark !== "excused";
export const isLate = (mark: PupilMark | null) => mark === "late" || mark === "late_and_left_early";
export const leftEarly = (mark: PupilMark | null) =>
  mark === "left_early" || mark === "late_and_left_early";

const whoCame = (late: boolean, early: boolean): PupilMark => {
  if (late) return early ? "late_and_left_early" : "late";
  return early ? "left_early" : "present";
};

/** Late or not; whoever is late came. */
export const withLate = (mark: PupilMark | null, late: boolean) => whoCame(late, leftEarly(mark));
/** Left early or not; whoever left early came. */
export const withLeftEarly = (mark: PupilMark | null, early: boolean) =>
  whoCame(isLate(mark), early);

/** Each listed pupil's mark with what is still unsent. */
export function marksOf(saved: RollCall, unsent: Unsent): Map<string, PupilMark | null> {
  return new Map(
    saved.pupils.map(({ pupil_id, mark }) => {
      const waiting = unsent.marks[pupil_id];
      return [pupil_id, waiting === undefined ? mark : waiting];
    }),
  );
}

export interface Heads {
  /** The typed number, else the marked pupils who came; null: nobody counted. */
  count: number | null;
  typed: number | null;
  /** By the marks alone; null while there are none. */
  byMarks: number | null;
}

export function headsOf(saved: RollCall, unsent: Unsent): Heads {
  const marks = [...marksOf(saved, unsent).values()].filter((mark) => mark !== null);
  const byMarks = marks.length > 0 ? marks.filter(came).length : null;
  const typed = unsent.typedCount === undefined ? saved.typed_count : unsent.typedCount;
  return { count: typed ?? byMarks, typed, byMarks };
}

/** What of `unsent` the server does not have after it took `sent`: what was changed again meanwhile. */
export function without(unsent: Unsent, sent: Unsent): Unsent {
  const marks = Object.entries(unsent.marks).filter(([pupil, mark]) => sent.marks[pupil] !== mark);
  const rest: Unsent = { marks: Object.fromEntries(marks) };
  if (unsent.typedCount !== undefined && unsent.typedCount !== sent.typedCount) {
    return { ...rest, typedCount: unsent.typedCount };
  }
  return rest;
}

/** What of `unsent` is about pupils who are on the list. */
export function onList(unsent: Unsent, saved: RollCall): Unsent {
  const listed = new Set(saved.pupils.map((pupil) => pupil.pupil_id));
  const marks = Object.entries(unsent.marks).filter(([pupil]) => listed.has(pupil));
  return { ...unsent, marks: Object.fromEntries(marks) };
}
