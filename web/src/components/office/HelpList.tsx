import { clearHelp } from "../../api/lessons";
import type { WallLesson, WallPlace } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Link } from "../../router";
import { minutesSince } from "../../wall/troubles";
import { Button, buttonClass } from "../Button";
import { Card } from "../Card";
import styles from "./HelpList.module.css";

interface HelpListProps {
  lessons: readonly WallLesson[];
  /** The server's clock. */
  nowMs: number;
  onCleared: () => void;
}

/** Places that call the office for help, the one that waits longest first; nothing while nobody does. */
export function HelpList({ lessons, nowMs, onCleared }: HelpListProps) {
  const { cockpit } = useWords();
  const calls = lessons
    .flatMap((lesson) =>
      lesson.places.flatMap((place) =>
        place.help_since === null ? [] : [{ lesson, place, since: place.help_since }],
      ),
    )
    .sort((a, b) => a.since.localeCompare(b.since));
  if (calls.length === 0) return null;
  return (
    <Card className={styles.card} aria-labelledby="help">
      <h2 id="help">{cockpit.helpList}</h2>
      <ul>
        {calls.map(({ lesson, place, since }) => (
          <Row
            key={`${lesson.lesson_id}/${place.participant_id}`}
            lesson={lesson}
            place={place}
            since={cockpit.helpSince(minutesSince(since, nowMs))}
            onCleared={onCleared}
          />
        ))}
      </ul>
    </Card>
  );
}

interface RowProps {
  lesson: WallLesson;
  place: WallPlace;
  since: string;
  onCleared: () => void;
}

function Row({ lesson, place, since, onCleared }: RowProps) {
  const { cockpit, lessons } = useWords();
  const [run, isBusy] = useAction();
  const clear = () => clearHelp(lesson.lesson_id, place.participant_id).then(onCleared);
  return (
    <li className={styles.row}>
      <span className={styles.who}>
        <strong>
          {place.office} {place.name}
        </strong>
        <span>
          {lesson.title} · {since}
        </span>
      </span>
      {lesson.may_join && (
        <>
          <Link
            to={`/lessons/${encodeURIComponent(lesson.lesson_id)}/join?role=assistant`}
            className={buttonClass()}
          >
            {lessons.assist}
          </Link>
          <Button variant="primary" icon="check" isBusy={isBusy} onClick={() => run(clear)}>
            {cockpit.helpDone}
          </Button>
        </>
      )}
    </li>
  );
}
