import type { CourseDraft, Teacher } from "../../api/types";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Field } from "../Field";
import styles from "../office/Form.module.css";
import { PersonSelect } from "../office/PersonSelect";
import { findTeachers } from "../office/people";
import { Select } from "../Select";
import { toggled } from "./courseDraft";

const WEEKS: readonly CourseDraft["weeks"][] = ["every", "odd", "even"];

interface CourseFormProps {
  draft: CourseDraft;
  /** What is to be said about. */
  missing: ReadonlySet<keyof CourseDraft>;
  isChange: boolean;
  teachers: readonly Teacher[];
  rooms: readonly { id: string; name: string }[];
  onChange: (draft: CourseDraft) => void;
}

/** What, when, who and where: the fields of a course. */
export function CourseForm(props: CourseFormProps) {
  const { draft, missing, isChange, teachers, rooms, onChange } = props;
  const { terms: words, newLesson } = useWords();
  const set = (change: Partial<CourseDraft>) => onChange({ ...draft, ...change });
  const subjects = [...new Set([...newLesson.subjects, draft.subject])].filter(Boolean);
  const error = (field: keyof CourseDraft, why: string) => (missing.has(field) ? why : undefined);
  return (
    <div className={styles.form}>
      {isChange && <p className={styles.soft}>{words.changeHint}</p>}
      <Field
        label={words.course}
        hint={words.courseHint}
        value={draft.title}
        maxLength={120}
        autoFocus
        error={error("title", words.needCourse)}
        onChange={(event) => set({ title: event.target.value })}
      />
      <div className={styles.pair}>
        <Select
          label={words.subject}
          value={draft.subject}
          options={subjects.map((value) => ({ value, label: value }))}
          onChange={(subject) => set({ subject })}
        />
        <PersonSelect
          label={words.lead}
          people={teachers}
          find={findTeachers}
          value={draft.lead_id}
          onChange={(lead_id) => set({ lead_id })}
        />
      </div>
      <fieldset className={styles.choices} data-missing={missing.has("weekdays") || undefined}>
        <legend>{words.days}</legend>
        <div className={styles.inline}>
          {words.weekdays.map((name, day) => (
            <label key={name} className={styles.choice}>
              <input
                type="checkbox"
                checked={draft.weekdays.includes(day)}
                onChange={(event) =>
                  set({ weekdays: toggled(draft.weekdays, day, event.target.checked) })
                }
              />
              <span>{name}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {missing.has("weekdays") && <Banner tone="warn" title={words.needWeekday} />}
      <div className={styles.pair}>
        <Select
          label={words.weeksLabel}
          value={draft.weeks}
          options={WEEKS.map((value) => ({ value, label: words.weeksOf[value] }))}
          onChange={(weeks) => set({ weeks: weeks as CourseDraft["weeks"] })}
        />
        <Field
          label={words.begins}
          type="time"
          value={draft.begins}
          error={error("begins", words.needBegins)}
          onChange={(event) => set({ begins: event.target.value })}
        />
        <Field
          label={words.minutes}
          type="number"
          inputMode="numeric"
          min={5}
          max={240}
          value={Number.isNaN(draft.duration_min) ? "" : draft.duration_min}
          error={error("duration_min", words.needMinutes)}
          onChange={(event) => set({ duration_min: event.target.valueAsNumber })}
        />
      </div>
      <fieldset className={styles.choices} data-missing={missing.has("classroom_ids") || undefined}>
        <legend>
          {words.roomsLabel} · {words.roomsChosen(draft.classroom_ids.length)}
        </legend>
        {rooms.map((room) => (
          <label key={room.id} className={styles.choice}>
            <input
              type="checkbox"
              checked={draft.classroom_ids.includes(room.id)}
              onChange={(event) =>
                set({ classroom_ids: toggled(draft.classroom_ids, room.id, event.target.checked) })
              }
            />
            <span>{room.name}</span>
          </label>
        ))}
        {rooms.length === 0 && <p>{words.noRooms}</p>}
      </fieldset>
      {missing.has("classroom_ids") && <Banner tone="warn" title={words.needRoom} />}
      <label className={styles.choice}>
        <input
          type="checkbox"
          checked={draft.recorded}
          onChange={(event) => set({ recorded: event.target.checked })}
        />
        <span>
          {words.recorded}
          <br />
          <span className={styles.soft}>{words.recordedHint}</span>
        </span>
      </label>
    </div>
  );
}
