import { clearHelp } from "../../api/endpoints";
import type { HelpCall, Lesson } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useNow } from "../../hooks/useNow";
import { useWords } from "../../i18n";
import { Link } from "../../router";
import { Button, buttonClass } from "../Button";
import { Card } from "../Card";
import styles from "./HelpList.module.css";

interface HelpListProps {
  lessons: readonly Lesson[];
  onCleared: () => void;
}

/** Places that call the office for help, above everything else; nothing while nobody does. */
export function HelpList({ lessons, onCleared }: HelpListProps) {
  const { cockpit } = useWords();
  const calls = lessons
    .flatMap((lesson) => lesson.help.map((call) => ({ lesson, call })))
    .sort((a, b) => a.call.since.localeCompare(b.call.since));
  if (calls.length === 0) return null;
  return (
    <Card className={styles.card} aria-labelledby="help">
      <h2 id="help">{cockpit.helpList}</h2>
      <ul>
        {calls.map(({ lesson, call }) => (
          <Row
            key={`${lesson.lesson_id}/${call.participant_id}`}
            lesson={lesson}
            call={call}
            onCleared={onCleared}
          />
        ))}
      </ul>
    </Card>
  );
}

function Row({
  lesson,
  call,
  onCleared,
}: {
  lesson: Lesson;
  call: HelpCall;
  onCleared: () => void;
}) {
  const { cockpit, lessons } = useWords();
  const now = useNow(0);
  const [run, isBusy] = useAction();
  const minutes = Math.max(0, Math.floor((now - Date.parse(call.since)) / 60_000));
  const clear = () => clearHelp(lesson.lesson_id, call.participant_id).then(onCleared);
  return (
    <li className={styles.row}>
      <span className={styles.who}>
        <strong>
          {call.school} {call.name}
        </strong>
        <span>
          {lesson.title} · {cockpit.helpSince(minutes)}
        </span>
      </span>
      <Link
        to={`/lessons/${encodeURIComponent(lesson.lesson_id)}/join?role=assistant`}
        className={buttonClass()}
      >
        {lessons.assist}
      </Link>
      <Button variant="primary" icon="check" isBusy={isBusy} onClick={() => run(clear)}>
        {cockpit.helpDone}
      </Button>
    </li>
  );
}
