import type { Course } from "../../api/types";
import type { Dictionary } from "../../i18n";

/** A course's DTSTART and RRULE (RFC 5545) as people say it: on which days, from what time, how long. */
export function ruleWords(words: Dictionary["terms"], course: Course, between: string): string {
  const time = /DTSTART:\d{8}T(\d\d)(\d\d)/.exec(course.rule);
  const days = /BYDAY=([A-Z,]+)/.exec(course.rule)?.[1]?.split(",") ?? [];
  const weeks = /INTERVAL=2/.test(course.rule) ? words.alternate : words.every;
  const named = days.map((day) => words.weekdays[day] ?? day).join(between);
  return words.rule(weeks, named, `${time?.[1] ?? ""}:${time?.[2] ?? ""}`, course.duration_min);
}
