import type { LedgerQuery, Term } from "../api/types";
import { dayAfter, dayIn, midnightIn, offsetMin } from "../zone";
import type { LedgerView } from "./views";

/** What the report is about. Days are `2026-11-29`, as a date input has them; empty means all. */
export interface LedgerFilter {
  from: string;
  /** The last day, included. */
  to: string;
  schoolId: string;
  classroomId: string;
  teacherId: string;
  subject: string;
}

const DAYS_AT_FIRST = 30;

/** The last days up to today, of everything. `zone`: the server's, as of every day here. */
export function recentDays(now: Date, zone: string): LedgerFilter {
  const today = dayIn(now, zone);
  return {
    from: dayAfter(today, 1 - DAYS_AT_FIRST),
    to: today,
    schoolId: "",
    classroomId: "",
    teacherId: "",
    subject: "",
  };
}

export type UsualDays = "today" | "week" | "term";

/** Today, the week from Monday on, or the term that is on; null: none is. Whole, with the days to come. */
export function usualDays(
  which: UsualDays,
  now: Date,
  zone: string,
  terms: readonly Term[],
): Pick<LedgerFilter, "from" | "to"> | null {
  const today = dayIn(now, zone);
  if (which === "today") return { from: today, to: today };
  if (which === "week") {
    const sinceMonday = (new Date(today).getUTCDay() + 6) % 7;
    return { from: dayAfter(today, -sinceMonday), to: dayAfter(today, 6 - sinceMonday) };
  }
  const term = terms.find((one) => one.first_day <= today && today <= one.last_day);
  return term ? { from: term.first_day, to: term.last_day } : null;
}

/** The same for the server; null while a day is missing or they are in the wrong order. */
export function queryOf(filter: LedgerFilter, zone: string): LedgerQuery | null {
  const from = midnightIn(filter.from, zone);
  const to = filter.to ? midnightIn(dayAfter(filter.to, 1), zone) : null;
  if (from === null || to === null || from >= to) return null;
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    ...(filter.schoolId && { school_id: filter.schoolId }),
    ...(filter.classroomId && { classroom_id: filter.classroomId }),
    ...(filter.teacherId && { teacher_id: filter.teacherId }),
    ...(filter.subject && { subject: filter.subject }),
  };
}

/** Where the file of this report is, times in it by the clock of `zone`; null: charts have none, nor pupils of no classroom. */
export function fileUrl(
  kind: "csv" | "xlsx",
  view: LedgerView,
  query: LedgerQuery,
  language: string,
  zone: string,
): string | null {
  if (view === "charts") return null;
  const { classroom_id, ...rest } = query;
  const asked = new URLSearchParams({ language: language === "en" ? "en" : "zh" });
  for (const [name, value] of Object.entries(view === "pupils" ? rest : query)) {
    if (typeof value === "string") asked.set(name, value);
  }
  if (view === "pupils") {
    const classroom = classroom_id && encodeURIComponent(classroom_id);
    return classroom ? `/api/v1/classrooms/${classroom}/pupil-attendance.${kind}?${asked}` : null;
  }
  if (view === "lessons") {
    asked.set("utc_offset_min", String(offsetMin(new Date(query.from), zone)));
  } else asked.set("by", view);
  return `/api/v1/ledger.${kind}?${asked}`;
}

/** Seconds as minutes, with one decimal where there is one. */
export const inMinutes = (seconds: number) => String(Math.round(seconds / 6) / 10);
