import type { RecordingSearch } from "../../api/types";

/** What stands in the search form: dates as `<input type="date">` has them, days of this machine's time zone. */
export interface SearchDraft {
  text: string;
  subject: string;
  schoolId: string;
  fromDay: string;
  toDay: string;
}

export const NOTHING: SearchDraft = { text: "", subject: "", schoolId: "", fromDay: "", toDay: "" };

export const isNothing = (draft: SearchDraft): boolean =>
  Object.values(draft).every((value) => value.trim() === "");

export const areDatesWrong = (draft: Pick<SearchDraft, "fromDay" | "toDay">): boolean =>
  draft.fromDay !== "" && draft.toDay !== "" && draft.toDay < draft.fromDay;

/** The query of the draft; the last day is searched to its end. */
export function queryOf(draft: SearchDraft): RecordingSearch {
  const query: RecordingSearch = {};
  if (draft.text.trim()) query.text = draft.text.trim();
  if (draft.subject) query.subject = draft.subject;
  if (draft.schoolId) query.school_id = draft.schoolId;
  if (draft.fromDay) query.from = startOf(draft.fromDay, 0);
  if (draft.toDay) query.to = startOf(draft.toDay, 1);
  return query;
}

/** The beginning of a day here, so many days later. */
export function startOf(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}
