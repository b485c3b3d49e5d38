import type { Dictionary } from "../../i18n";
import { fromInput } from "../../zone";

/** What is wrong with the time for which a lesson is planned, as its field has it; undefined if nothing is. */
export function timeProblem(
  words: Dictionary["newLesson"],
  startsAt: string,
  minutes: number,
): string | undefined {
  if (!startsAt) return words.needTime;
  const isOver = fromInput(startsAt).getTime() + minutes * 60_000 <= Date.now();
  return isOver ? words.timeIsOver : undefined;
}
