import type { Course } from "../../api/types";
import type { Dictionary } from "../../i18n";

/** When a course takes place, as people say it: on which days, from what time, how long. */
export function ruleWords(words: Dictionary["terms"], course: Course, between: string): string {
  const days = course.weekdays.map((day) => words.weekdays[day] ?? "").join(between);
  return words.rule(words.weeks[course.weeks], days, course.begins, course.duration_min);
}
