import type { WallLesson, WallTrouble } from "../api/types";
import type { Dictionary } from "../i18n";

/** Lessons with one of these go on, worse than they could. */
const MILD: readonly WallTrouble["kind"][] = ["classroom_missing", "link_poor", "quiet"];

export const isMild = (trouble: WallTrouble): boolean => MILD.includes(trouble.kind);

/** What is wrong in one sentence, with who and since when. */
export function troubleWords(
  words: Dictionary,
  lesson: WallLesson,
  trouble: WallTrouble,
  nowMs: number,
): string {
  const said = words.wall.troubles[trouble.kind](whoIs(lesson, trouble.participant_id));
  if (trouble.since === null) return said;
  return `${said} · ${words.wall.lasts(minutesSince(trouble.since, nowMs))}`;
}

/** Whole minutes; never negative, whatever the clocks say. */
export const minutesSince = (iso: string, nowMs: number): number =>
  Math.max(0, Math.floor((nowMs - Date.parse(iso)) / 60_000));

function whoIs(lesson: WallLesson, participantId: string | null): string {
  const place = lesson.places.find((one) => one.participant_id === participantId);
  if (!place) return "";
  return place.role === "classroom" ? `${place.office} ${place.name}` : place.name;
}
