import type { Chapter, Recording } from "../../api/types";
import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import styles from "./Theatre.module.css";

interface ChaptersProps {
  recording: Recording;
  onSeek: (positionMs: number) => void;
}

/** What happened when, from the journal; a click goes there. */
export function Chapters({ recording, onSeek }: ChaptersProps) {
  const words = useWords();
  if (recording.chapters.length === 0) return null;
  return (
    <section aria-label={words.replay.chapters}>
      <h2>{words.replay.chapters}</h2>
      <ol className={styles.chapters}>
        {recording.chapters.map((chapter) => (
          <li key={`${chapter.at_ms} ${chapter.kind} ${chapter.participant_id}`}>
            <button type="button" className={styles.chapter} onClick={() => onSeek(chapter.at_ms)}>
              <span className={styles.clock}>{formatDuration(chapter.at_ms)}</span>
              <ChapterName chapter={chapter} />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function ChapterName({ chapter }: { chapter: Chapter }) {
  const words = useWords().replay.chapter;
  const name = chapter.name ?? "";
  switch (chapter.kind) {
    case "called_up":
    case "sent_down":
    case "hand_raised":
      return words[chapter.kind](name);
    default:
      return words[chapter.kind];
  }
}
