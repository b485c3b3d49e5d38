import { type FormEvent, useState } from "react";
import { createLesson } from "../../api/lessons";
import type { ClassroomPage, Colleague, HelperDraft, Teacher } from "../../api/types";
import { useClashAction } from "../../hooks/useClashAction";
import { useWords } from "../../i18n";
import { navigate } from "../../router";
import { fromInput, toInput } from "../../zone";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Field } from "../Field";
import { Select } from "../Select";
import { ClassroomChoice } from "./ClassroomChoice";
import styles from "./Form.module.css";
import { PersonSelect } from "./PersonSelect";
import { findTeachers } from "./people";
import { timeProblem } from "./plannedTime";
import { StaffChoice } from "./StaffChoice";

const MINUTES = ["20", "30", "40", "45", "60", "90"];
const DEFAULT_MINUTES = "40";

interface LessonFormProps {
  classrooms: ClassroomPage;
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
          <PersonSelect
            label={words.newLesson.lead}
            people={teachers}
            find={findTeachers}
            value={leadId}
            onChange={setLeadId}
          />
        )}
      </div>
      <ClassroomChoice first={classrooms} chosen={chosen} onChange={setChosen} />
      {wasTried && roomError && <Banner tone="warn" title={roomError} />}
      {colleagues.length > 0 && (
        <StaffChoice colleagues={colleagues} leadId={leadId} chosen={staff} onChange={setStaff} />
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
