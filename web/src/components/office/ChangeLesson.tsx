import { type FormEvent, useState } from "react";
import { cancelLesson, moveLesson, substituteTeacher } from "../../api/lessons";
import { isAdmin, isGuest } from "../../api/roles";
import { listTeachers } from "../../api/staff";
import type { CancelReason, Lesson, Me, Teacher } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useClashAction } from "../../hooks/useClashAction";
import { useWords } from "../../i18n";
import { fromInput, toInput } from "../../zone";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import { useToast } from "../Toast";
import styles from "./Form.module.css";
import { PersonSelect } from "./PersonSelect";
import { findTeachers } from "./people";
import { timeProblem } from "./plannedTime";
import { ReasonChoice } from "./ReasonChoice";

type Kind = "move" | "substitute" | "cancel";

/** The lead moves and cancels; an admin of the lesson also names another teacher. */
export function mayChange(me: Me, lesson: Lesson): boolean {
  const isPlanned = lesson.state === "waiting" && !lesson.is_rehearsal && !lesson.is_demo;
  return (
    isPlanned && !isGuest(me) && (lesson.lead.user_id === me.user_id || isItsAdmin(me, lesson))
  );
}

/** As `mayChange`, for a lesson that was cancelled, until its time is over. */
export function mayRestore(me: Me, lesson: Lesson): boolean {
  const isCalledOff = Boolean(lesson.change?.cancelled);
  const isToCome = new Date(lesson.ends_at) > new Date();
  return isCalledOff && isToCome && mayChange(me, { ...lesson, state: "waiting" });
}

/** An admin may observe only the lessons that are theirs to change. */
export const isItsAdmin = (me: Me, lesson: Lesson) =>
  isAdmin(me) && lesson.my_roles.includes("observer");

interface ChangeLessonProps {
  lesson: Lesson;
  me: Me;
  onChanged: () => void;
}

/** The button beside a planned lesson, and what it opens. */
export function ChangeLesson({ lesson, me, onChanged }: ChangeLessonProps) {
  const { planning } = useWords();
  const [teachers, setTeachers] = useState<Teacher[] | null>(null);
  const [run, isBusy] = useAction();
  const open = async () => setTeachers(isItsAdmin(me, lesson) ? await listTeachers() : []);
  return (
    <>
      <Button
        isBusy={isBusy}
        aria-label={planning.changeOf(lesson.title)}
        onClick={() => run(open)}
      >
        {planning.change}
      </Button>
      {teachers && (
        <ChangeDialog
          lesson={lesson}
          teachers={teachers}
          onClose={() => setTeachers(null)}
          onChanged={() => {
            setTeachers(null);
            onChanged();
          }}
        />
      )}
    </>
  );
}

interface ChangeDialogProps {
  lesson: Lesson;
  /** Who could teach instead; empty where the reader may not choose. */
  teachers: Teacher[];
  onClose: () => void;
  onChanged: () => void;
}

function ChangeDialog({ lesson, teachers, onClose, onChanged }: ChangeDialogProps) {
  const words = useWords();
  const { planning } = words;
  const toast = useToast();
  const [kind, setKind] = useState<Kind>("move");
  const [startsAt, setStartsAt] = useState(() => toInput(new Date(lesson.starts_at)));
  const others = teachers.filter((one) => one.user_id !== lesson.lead.user_id);
  const [leadId, setLeadId] = useState(others[0]?.user_id ?? "");
  const [reason, setReason] = useState<CancelReason>("teacher");
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy, refusal] = useClashAction();
  const kinds: Kind[] = others.length > 0 ? ["move", "substitute", "cancel"] : ["move", "cancel"];
  const id = lesson.lesson_id;
  const timeError = timeProblem(words.newLesson, startsAt, lesson.duration_min);
  const changes: Record<Kind, () => Promise<unknown>> = {
    move: () => moveLesson(id, fromInput(startsAt).toISOString()),
    substitute: () => substituteTeacher(id, leadId),
    cancel: () => cancelLesson(id, reason),
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (kind === "move" && timeError) return;
    run(async () => {
      await changes[kind]();
      toast(planning.done[kind]);
      onChanged();
    });
  }

  return (
    <Dialog
      title={planning.changeOf(lesson.title)}
      cancelLabel={words.common.close}
      onClose={onClose}
      actions={
        <Button type="submit" form="change-form" variant="primary" isBusy={isBusy}>
          {planning.submit[kind]}
        </Button>
      }
    >
      <form id="change-form" className={styles.form} onSubmit={submit} noValidate>
        {refusal && <Banner tone="live" title={refusal} />}
        <fieldset className={styles.choices}>
          <legend>{planning.what}</legend>
          {kinds.map((one) => (
            <label key={one} className={styles.choice}>
              <input
                type="radio"
                name="kind"
                checked={kind === one}
                onChange={() => setKind(one)}
              />
              <span>{planning.kinds[one]}</span>
            </label>
          ))}
        </fieldset>
        {kind === "move" && (
          <Field
            label={planning.newTime}
            hint={planning.newTimeHint(lesson.duration_min)}
            type="datetime-local"
            value={startsAt}
            error={wasTried ? timeError : undefined}
            onChange={(event) => setStartsAt(event.target.value)}
          />
        )}
        {kind === "substitute" && (
          <PersonSelect
            label={planning.newLead}
            people={teachers}
            find={findTeachers}
            without={lesson.lead.user_id}
            value={leadId}
            onChange={setLeadId}
          />
        )}
        {kind === "cancel" && <ReasonChoice reason={reason} onChange={setReason} />}
        <p className={styles.soft}>{planning.told[kind]}</p>
      </form>
    </Dialog>
  );
}
