import type { Recording } from "../../api/types";
import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { chapterName } from "./chapterName";
import styles from "./Lists.module.css";

interface ChaptersProps {
  recording: Recording;
  positionMs: number;
  onSeek: (positionMs: number) => void;
}

/** What happened when, from the journal; a click goes there. */
export function Chapters({ recording, positionMs, onSeek }: ChaptersProps) {
  const words = useWords();
  if (recording.chapters.length === 0) return null;
  const current = recording.chapters.filter((chapter) => chapter.at_ms <= positionMs).at(-1);
  return (
    <section className={styles.list} aria-label={words.replay.chapters}>
      <h2>{words.replay.chapters}</h2>
      <ol>
        {recording.chapters.map((chapter) => (
          <li key={`${chapter.at_ms} ${chapter.kind} ${chapter.participant_id}`}>
            <button
              type="button"
              className={styles.line}
              aria-current={chapter === current || undefined}
              onClick={() => onSeek(chapter.at_ms)}
            >
              <span className={styles.time}>{formatDuration(chapter.at_ms)}</span>
              <span>{chapterName(words, chapter)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
