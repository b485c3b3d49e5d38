import type { Recording, RecordingTrack } from "../api/types";

/**
 * Whether everybody heard this participant at a position: the staff always, a classroom while it was on stage or the
 * floor was open, and nobody's pupils in a sing-along. What a classroom off stage said is in its own file, and sounds only when somebody asks for it.
 */
export function wasHeard(
  recording: Pick<Recording, "stage" | "chapters">,
  who: Pick<RecordingTrack, "participant_id" | "role">,
  positionMs: number,
): boolean {
  if (who.role !== "classroom") return true;
  const stage = recording.stage.filter((change) => change.at_ms <= positionMs).at(-1);
  if (stage?.is_sing_along) return false;
  if (stage?.on_stage.includes(who.participant_id)) return true;
  const floor = recording.chapters
    .filter(({ kind }) => kind === "floor_opened" || kind === "floor_closed")
    .filter((chapter) => chapter.at_ms <= positionMs)
    .at(-1);
  return floor?.kind === "floor_opened";
}
