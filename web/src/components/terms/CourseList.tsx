import { useState } from "react";
import { endCourse } from "../../api/terms";
import type { CancelReason, Course } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLanguage, useWords } from "../../i18n";
import listStyles from "../../pages/Lessons.module.css";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { formatMoment } from "../office/dates";
import formStyles from "../office/Form.module.css";
import { ReasonChoice } from "../office/ReasonChoice";
import styles from "../staff/Staff.module.css";
import { useToast } from "../Toast";
import { ruleWords } from "./ruleWords";

interface CourseListProps {
  courses: Course[];
  /** On whose clock they begin. */
  zone: string;
  mayChange: boolean;
  onChange: (course: Course) => void;
  onEnded: () => void;
}

/** The courses of a group: when, who, where, and how much of each is still to come. */
export function CourseList({ courses, zone, mayChange, onChange, onEnded }: CourseListProps) {
  const { terms: words, lessons } = useWords();
  const { language } = useLanguage();
  const between = language === "en" ? ", " : "、";
  const [ending, setEnding] = useState<Course | null>(null);
  return (
    <ul className={listStyles.list}>
      {courses.map((course) => (
        <li key={course.course_id} className={styles.row}>
          <div className={styles.who}>
            <strong>{course.title}</strong>
            <span>{ruleWords(words, course, between)}</span>
            <p className={styles.soft}>
              {[course.subject, lessons.lead(course.lead_name)].filter(Boolean).join(" · ")}
              <br />
              {course.classrooms.map((one) => one.name).join(between)}
              <br />
              {words.coming} {words.lessons(course.coming)}
              {course.next_at && ` · ${words.next(formatMoment(course.next_at, language, zone))}`}
            </p>
          </div>
          {mayChange && (
            <div className={styles.buttons}>
              <Button
                size="small"
                aria-label={words.changeOf(course.title)}
                onClick={() => onChange(course)}
              >
                {words.change}
              </Button>
              <Button
                size="small"
                variant="quiet"
                aria-label={words.endOf(course.title)}
                onClick={() => setEnding(course)}
              >
                {words.end}
              </Button>
            </div>
          )}
        </li>
      ))}
      {ending && (
        <EndDialog
          course={ending}
          onClose={() => setEnding(null)}
          onEnded={() => {
            setEnding(null);
            onEnded();
          }}
        />
      )}
    </ul>
  );
}

interface EndDialogProps {
  course: Course;
  onClose: () => void;
  onEnded: () => void;
}

function EndDialog({ course, onClose, onEnded }: EndDialogProps) {
  const { terms: words } = useWords();
  const toast = useToast();
  const [reason, setReason] = useState<CancelReason>("teacher");
  const [run, isBusy] = useAction();
  const end = async () => {
    const done = await endCourse(course.course_id, reason);
    toast(words.ended(done.cancelled));
    onEnded();
  };
  return (
    <Dialog
      title={words.endOf(course.title)}
      onClose={onClose}
      actions={
        <Button variant="primary" isBusy={isBusy} onClick={() => run(end)}>
          {words.end}
        </Button>
      }
    >
      <div className={formStyles.form}>
        <p>{words.endHint(course.coming)}</p>
        <ReasonChoice reason={reason} onChange={setReason} />
      </div>
    </Dialog>
  );
}
