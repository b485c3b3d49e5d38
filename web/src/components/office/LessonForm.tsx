import { type FormEvent, useState } from "react";
import { createLesson } from "../../api/endpoints";
import type { ClassroomRow, Colleague, HelperDraft, Teacher } from "../../api/types";
import { useClashAction } from "../../hooks/useClashAction";
import { useWords } from "../../i18n";
import { gradeOf, type LinkPath } from "../../media/linkVerdict";
import { navigate } from "../../router";
import { fromInput, toInput } from "../../zone";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Field } from "../Field";
import { Select } from "../Select";
import styles from "./Form.module.css";
import { timeProblem } from "./plannedTime";
import { StaffChoice } from "./StaffChoice";

const MAX_CLASSROOMS = 8;
const MINUTES = ["20", "30", "40", "45", "60", "90"];
const DEFAULT_MINUTES = "40";

interface LessonFormProps {
  classrooms: ClassroomRow[];
  teachers: Teacher[];
  colleagues: Colleague[];
}

/** Plan a lesson: what, when, for whom. What is wrong is said beside the field, before anything is sent. */
export function LessonForm({ classrooms, teachers, colleagues }: LessonFormProps) {
  const words = useWords();
  const [title, setTitle] = useState("");
  const [subject, setSubject] = useState<string>(words.newLesson.subjects[0] ?? "");
  const [startsAt, setStartsAt] = useState(() => toInput(new Date()));
  const [minutes, setMinutes] = useState(DEFAULT_MINUTES);
  const [leadId, setLeadId] = useState(teachers[0]?.user_id ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [staff, setStaff] = useState<readonly HelperDraft[]>([]);
  const [isRecorded, setIsRecorded] = useState(false);
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy, refusal] = useClashAction();

  const titleError = title.trim() ? undefined : words.newLesson.needName;
  const timeError = timeProblem(words.newLesson, startsAt, Number(minutes));
  const roomError = chosen.size > 0 ? undefined : words.newLesson.needClassroom;

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (titleError || timeError || roomError) return;
    run(async () => {
      await createLesson({
        title: title.trim(),
        subject,
        starts_at: fromInput(startsAt).toISOString(),
        duration_min: Number(minutes),
        classroom_ids: [...chosen],
        recorded: isRecorded,
        staff: staff.filter((one) => one.user_id !== leadId),
        ...(leadId && { lead_id: leadId }),
      });
      navigate("/lessons");
    });
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field
        label={words.newLesson.name}
        hint={words.newLesson.nameHint}
        error={wasTried ? titleError : undefined}
        value={title}
        maxLength={120}
        autoFocus
        onChange={(event) => setTitle(event.target.value)}
      />
      <div className={styles.pair}>
        <Select
          label={words.newLesson.subject}
          value={subject}
          options={words.newLesson.subjects.map((value) => ({ value, label: value }))}
          onChange={setSubject}
        />
        <Field
          label={words.newLesson.startsAt}
          type="datetime-local"
          error={wasTried ? timeError : undefined}
          value={startsAt}
          onChange={(event) => setStartsAt(event.target.value)}
        />
        <Select
          label={words.newLesson.minutes}
          value={minutes}
          options={MINUTES.map((value) => ({ value, label: value }))}
          onChange={setMinutes}
        />
        {teachers.length > 0 && (
          <Select
            label={words.newLesson.lead}
            value={leadId}
            options={teachers.map((one) => ({ value: one.user_id, label: one.name }))}
            onChange={setLeadId}
          />
        )}
      </div>
      <ClassroomChoice classrooms={classrooms} chosen={chosen} onChange={setChosen} />
      {wasTried && roomError && <Banner tone="warn" title={roomError} />}
      {colleagues.length > 0 && (
        <StaffChoice
          colleagues={colleagues.filter((one) => one.user_id !== leadId)}
          chosen={staff}
          onChange={setStaff}
        />
      )}
      <label className={styles.choice}>
        <input
          type="checkbox"
          checked={isRecorded}
          onChange={(event) => setIsRecorded(event.target.checked)}
        />
        <span>
          {words.newLesson.recorded}
          <br />
          <span className={styles.soft}>{words.newLesson.recordedHint}</span>
        </span>
      </label>
      {refusal && <Banner tone="live" title={refusal} />}
      <Button type="submit" variant="primary" size="large" isBusy={isBusy}>
        {words.newLesson.submit}
      </Button>
    </form>
  );
}

interface ClassroomChoiceProps {
  classrooms: ClassroomRow[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

function ClassroomChoice({ classrooms, chosen, onChange }: ClassroomChoiceProps) {
  const words = useWords();
  if (classrooms.length === 0) return <Banner tone="warn" title={words.newLesson.noClassrooms} />;

  function toggle(id: string) {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  }

  return (
    <fieldset className={styles.choices}>
      <legend>
        {words.newLesson.classrooms} · {words.newLesson.chosen(chosen.size)}
      </legend>
      {classrooms.map((room) => (
        <label key={room.classroom_id} className={styles.choice}>
          <input
            type="checkbox"
            checked={chosen.has(room.classroom_id)}
            disabled={!chosen.has(room.classroom_id) && chosen.size >= MAX_CLASSROOMS}
            onChange={() => toggle(room.classroom_id)}
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
