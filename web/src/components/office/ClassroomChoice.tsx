import { useState } from "react";
import { listClassrooms } from "../../api/schools";
import type { ClassroomPage, ClassroomRow } from "../../api/types";
import { useFound } from "../../hooks/useFound";
import { useWords } from "../../i18n";
import { gradeOf, type LinkPath } from "../../media/linkVerdict";
import { Banner } from "../Banner";
import { Field } from "../Field";
import styles from "./Form.module.css";

const MAX_CLASSROOMS = 8;
const findClassrooms = async (text: string) => (await listClassrooms({ text })).items;

interface ClassroomChoiceProps {
  /** What the server lists before anything is looked for. */
  first: ClassroomPage;
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

/** The classrooms of a lesson: ticked in a list, and found by name where the county has more than one list. */
export function ClassroomChoice({ first, chosen, onChange }: ClassroomChoiceProps) {
  const words = useWords();
  const { text, setText, items } = useFound(first.items, findClassrooms);
  const [ticked, setTicked] = useState<readonly ClassroomRow[]>([]);
  if (first.items.length === 0) return <Banner tone="warn" title={words.newLesson.noClassrooms} />;
  // What is chosen stays in sight, whatever is looked for.
  const isListed = (room: ClassroomRow) =>
    items.some((one) => one.classroom_id === room.classroom_id);
  const listed = [...ticked.filter((room) => !isListed(room)), ...items];

  function toggle(room: ClassroomRow) {
    const next = new Set(chosen);
    if (!next.delete(room.classroom_id)) next.add(room.classroom_id);
    setTicked([
      ...ticked.filter((one) => next.has(one.classroom_id)),
      ...(next.has(room.classroom_id) ? [room] : []),
    ]);
    onChange(next);
  }

  return (
    <fieldset className={styles.choices}>
      <legend>
        {words.newLesson.classrooms} · {words.newLesson.chosen(chosen.size)}
      </legend>
      {first.next !== null && (
        <Field
          label={words.find.classroom}
          type="search"
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {listed.map((room) => (
        <label key={room.classroom_id} className={styles.choice}>
          <input
            type="checkbox"
            checked={chosen.has(room.classroom_id)}
            disabled={!chosen.has(room.classroom_id) && chosen.size >= MAX_CLASSROOMS}
            onChange={() => toggle(room)}
          />
          <span>
            {room.school_name} {room.name}
            {!room.may_be_recorded && (
              <span className={styles.soft}> · {words.newLesson.noConsent}</span>
            )}
            {room.link_test && (
              <span className={styles.soft}> · {linkTestWords(words, room.link_test)}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What an admin is told of a classroom's last link test, in a few words. */
function linkTestWords(
  words: ReturnType<typeof useWords>,
  test: NonNullable<ClassroomRow["link_test"]>,
): string {
  const path = test.path as LinkPath | "none";
  if (path === "none") return words.linkTest.brief.none;
  const figures = { rttMs: test.rtt_ms, loss: test.loss, rateBps: test.rate_bps };
  return `${words.linkTest.brief[path]} ${words.linkTest.grade[gradeOf(figures)]}`;
}
