import type { Chapter } from "../../api/types";
import type { Dictionary } from "../../i18n";

/** What happened, in words. */
export function chapterName(words: Dictionary, chapter: Chapter): string {
  const names = words.replay.chapter;
  switch (chapter.kind) {
    case "called_up":
    case "sent_down":
    case "hand_raised":
    case "handed_over":
      return names[chapter.kind](chapter.name ?? "");
    default:
      return names[chapter.kind];
  }
}
