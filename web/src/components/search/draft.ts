import { dayAfter, midnightIn, TIME_ZONE } from "../../zone";

/** What stands in a search form. Days are as `<input type="date">` has them, of the county's calendar. */
export interface SearchDraft {
  text: string;
  fromDay: string;
  /** The last day, included. */
  toDay: string;
}

export const NOTHING: SearchDraft = { text: "", fromDay: "", toDay: "" };

export const isNothing = (draft: SearchDraft): boolean =>
  Object.values(draft).every((value: string) => value.trim() === "");

export const areDaysWrong = ({ fromDay, toDay }: SearchDraft): boolean =>
  fromDay !== "" && toDay !== "" && toDay < fromDay;

/** The moments that a list is asked for: from the first day's beginning to the last one's end. */
export function momentsOf({ fromDay, toDay }: SearchDraft): { from?: string; to?: string } {
  const from = midnightIn(fromDay, TIME_ZONE);
  const to = toDay ? midnightIn(dayAfter(toDay, 1), TIME_ZONE) : null;
  return {
    ...(from && { from: from.toISOString() }),
    ...(to && { to: to.toISOString() }),
  };
}
