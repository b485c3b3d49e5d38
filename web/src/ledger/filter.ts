import type { LedgerQuery } from "../api/types";
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

const DAY_MS = 86_400_000;
const DAYS_AT_FIRST = 30;

/** The last days up to today, of everything. */
export function recentDays(now: Date): LedgerFilter {
  return {
    from: dayOf(new Date(now.getTime() - (DAYS_AT_FIRST - 1) * DAY_MS)),
    to: dayOf(now),
    schoolId: "",
    classroomId: "",
    teacherId: "",
    subject: "",
  };
}

/** The same for the server, days by this reader's calendar; null while a day is missing or they are in the wrong order. */
export function queryOf(filter: LedgerFilter): LedgerQuery | null {
  const [from, last] = [midnight(filter.from), midnight(filter.to)];
  if (from === null || last === null || from > last) return null;
  const to = new Date(last);
  to.setDate(to.getDate() + 1);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    ...(filter.schoolId && { school_id: filter.schoolId }),
    ...(filter.classroomId && { classroom_id: filter.classroomId }),
    ...(filter.teacherId && { teacher_id: filter.teacherId }),
    ...(filter.subject && { subject: filter.subject }),
  };
}

/** Where the file of this report is, times in it by this reader's clock; null while no classroom of the pupils is chosen. */
export function fileUrl(
  kind: "csv" | "xlsx",
  view: LedgerView,
  query: LedgerQuery,
  language: string,
): string | null {
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
    asked.set("utc_offset_min", String(-new Date(query.from).getTimezoneOffset()));
  } else asked.set("by", view);
  return `/api/v1/ledger.${kind}?${asked}`;
}

/** Seconds as minutes, with one decimal where there is one. */
export const inMinutes = (seconds: number) => String(Math.round(seconds / 6) / 10);

function dayOf(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

function midnight(day: string): Date | null {
  const moment = new Date(`${day}T00:00`);
  return Number.isNaN(moment.getTime()) ? null : moment;
}
