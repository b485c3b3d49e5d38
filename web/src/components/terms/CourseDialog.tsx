import { type FormEvent, useEffect, useRef, useState } from "react";
import { addCourse, changeCourse, checkCourse, checkCourseChange } from "../../api/terms";
import type { Course, CourseCheck, CourseDraft, Teacher, Term } from "../../api/types";
import { useClashAction } from "../../hooks/useClashAction";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { useToast } from "../Toast";
import { CourseForm } from "./CourseForm";
import { CoursePreview } from "./CoursePreview";
import { choosable, draftOf, missingOf } from "./courseDraft";

const MISSING = "[aria-invalid=true], [data-missing] input";

interface CourseDialogProps {
  term: Term;
  groupId: string;
  /** Null: a new one. */
  course: Course | null;
  teachers: Teacher[];
  /** Of the group's schools. */
  rooms: readonly { id: string; name: string }[];
  onClose: () => void;
  onSaved: () => void;
}

/** A course is filled in, its lessons are looked at, and then it is saved. */
export function CourseDialog(props: CourseDialogProps) {
  const { term, groupId, course, rooms, onClose, onSaved } = props;
  const teachers = choosable(props.teachers, course);
  const { terms: words, newLesson } = useWords();
  const toast = useToast();
  const [draft, setDraft] = useState<CourseDraft>(() =>
    draftOf(course, newLesson.subjects[0] ?? "", teachers),
  );
  const [check, setCheck] = useState<CourseCheck | null>(null);
  const [tries, setTries] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const [run, isBusy, refusal] = useClashAction();
  const missing = missingOf(draft);

  // What is missing may be out of sight in a form of this length.
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>(MISSING)?.focus();
  }, [tries]);

  function preview(event: FormEvent) {
    event.preventDefault();
    setTries(tries + 1);
    if (missing.size > 0) return;
    run(async () =>
      setCheck(
        await (course
          ? checkCourseChange(course.course_id, draft)
          : checkCourse(term.term_id, groupId, draft)),
      ),
    );
  }
  const save = async () => {
    await (course
      ? changeCourse(course.course_id, draft)
      : addCourse(term.term_id, groupId, draft));
    toast(words.saved(draft.title.trim()));
    onSaved();
  };

  if (check) {
    const isClear = check.clashes.length === 0;
    const title = draft.title.trim();
    return (
      <Dialog
        key="preview"
        title={isClear ? words.previewTitle(title) : words.clashTitle(title)}
        cancelLabel={words.backToForm}
        onClose={() => setCheck(null)}
        isWide
        actions={
          isClear && (
            <Button variant="primary" isBusy={isBusy} onClick={() => run(save)}>
              {words.saveCourse}
            </Button>
          )
        }
      >
        <CoursePreview check={check} zone={term.time_zone} />
        {refusal && <Banner tone="live" title={refusal} />}
      </Dialog>
    );
  }
  return (
    <Dialog
      key="form"
      title={course ? words.changeOf(course.title) : words.addCourse}
      onClose={onClose}
      isWide
      actions={
        <Button type="submit" form="course-form" variant="primary" isBusy={isBusy}>
          {words.preview}
        </Button>
      }
    >
      <form ref={form} id="course-form" onSubmit={preview} noValidate>
        <CourseForm
          draft={draft}
          missing={tries > 0 ? missing : new Set()}
          isChange={course !== null}
          teachers={teachers}
          rooms={rooms}
          onChange={setDraft}
        />
        {refusal && <Banner tone="live" title={refusal} />}
      </form>
    </Dialog>
  );
}
