import { useState } from "react";
import { isGuest } from "../../api/roles";
import type { Lesson, Me, StaffRole } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Link } from "../../router";
import { Badge } from "../Badge";
import { Button, buttonClass } from "../Button";
import { Card } from "../Card";
import { ChangeNotice } from "../ChangeNotice";
import { ChangeLesson, isItsAdmin, mayChange, mayRestore } from "./ChangeLesson";
import { formatMoment } from "./dates";
import { GuestTeacher } from "./GuestTeacher";
import styles from "./LessonRow.module.css";
import { LessonStaffDialog } from "./LessonStaffDialog";
import { RestoreLesson } from "./RestoreLesson";

interface LessonRowProps {
  lesson: Lesson;
  me: Me;
  onChanged: () => void;
}

/** One lesson: what, when, who, and the one button that matters now. */
export function LessonRow({ lesson, me, onChanged }: LessonRowProps) {
  const words = useWords();
  const { language } = useLanguage();
  const classrooms = lesson.seats.map((seat) => `${seat.school_name} ${seat.classroom_name}`);
  return (
    <Card className={styles.row}>
      <div className={styles.words}>
        <h3>{lesson.title}</h3>
        <p>
          {lesson.subject} · {formatMoment(lesson.starts_at, language)} ·{" "}
          {words.lessons.minutes(lesson.duration_min)} · {words.lessons.lead(lesson.lead.name)}
        </p>
        <p className={styles.soft}>{classrooms.join(language === "en" ? ", " : "、")}</p>
        <div className={styles.badges}>
          {lesson.state === "live" && (
            <Badge tone="live" hasDot>
              {words.phase.live}
            </Badge>
          )}
          {lesson.recorded && lesson.state !== "ended" && <Badge>{words.lessons.recorded}</Badge>}
          {lesson.is_rehearsal && <Badge>{words.lessons.rehearsal}</Badge>}
          {lesson.change && <ChangeNotice change={lesson.change} />}
          {lesson.is_demo && <Badge tone="brand">{words.common.demo}</Badge>}
        </div>
      </div>
      <div className={styles.actions}>
        {lesson.state === "ended" ? (
          <After lesson={lesson} me={me} />
        ) : (
          <Enter lesson={lesson} me={me} />
        )}
        {mayChange(me, lesson) && <ChangeLesson lesson={lesson} me={me} onChanged={onChanged} />}
        {mayRestore(me, lesson) && <RestoreLesson lesson={lesson} onChanged={onChanged} />}
        {mayChange(me, lesson) && isItsAdmin(me, lesson) && (
          <GuestTeacher lesson={lesson} onChanged={onChanged} />
        )}
      </div>
    </Card>
  );
}

const idOf = (lesson: Lesson) => encodeURIComponent(lesson.lesson_id);

function Enter({ lesson, me }: { lesson: Lesson; me: Me }) {
  const words = useWords();
  const door = (query: string) => `/lessons/${idOf(lesson)}/join?${query}`;
  const byRole: Record<StaffRole, string> = {
    lead: words.lessons.enterLead,
    assistant: words.lessons.assist,
    observer: words.lessons.observe,
  };
  const seats = lesson.seats.filter((seat) => lesson.my_seats.includes(seat.seat_id));
  const isLead = lesson.my_roles.includes("lead");
  const roles = isLead ? (["lead"] as const) : lesson.my_roles;
  return (
    <>
      {roles.map((role) => (
        <Link
          key={role}
          to={door(`role=${role}`)}
          className={buttonClass(
            role === "lead" ? "primary" : "secondary",
            // Who may come in as this or that is here to plan, not to teach.
            roles.length === 1 ? "large" : "medium",
          )}
        >
          {byRole[role]}
        </Link>
      ))}
      {!isLead &&
        seats.map((seat) => (
          <Link
            key={seat.seat_id}
            to={door(`seat=${encodeURIComponent(seat.seat_id)}`)}
            className={buttonClass("primary", "large")}
          >
            {words.lessons.enterSeat(seat.classroom_name)}
          </Link>
        ))}
      {lesson.state === "live" && !isGuest(me) && <AttendanceLink lesson={lesson} />}
      <MaterialsLink lesson={lesson} />
      {lesson.may_invite && <StaffButton lesson={lesson} />}
    </>
  );
}

function StaffButton({ lesson }: { lesson: Lesson }) {
  const { cockpit } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button aria-label={cockpit.staffOf(lesson.title)} onClick={() => setIsOpen(true)}>
        {cockpit.staff}
      </Button>
      {isOpen && <LessonStaffDialog lessonId={lesson.lesson_id} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function After({ lesson, me }: { lesson: Lesson; me: Me }) {
  const words = useWords();
  return (
    <>
      {lesson.recording_id && !isGuest(me) && (
        <Link
          to={`/recordings/${encodeURIComponent(lesson.recording_id)}`}
          className={buttonClass("primary")}
        >
          {words.lessons.replay}
        </Link>
      )}
      {!isGuest(me) && <AttendanceLink lesson={lesson} />}
      <MaterialsLink lesson={lesson} />
    </>
  );
}

function MaterialsLink({ lesson }: { lesson: Lesson }) {
  const words = useWords();
  return (
    <Link to={`/lessons/${idOf(lesson)}/materials`} className={buttonClass()}>
      {words.slides.title}
    </Link>
  );
}

function AttendanceLink({ lesson }: { lesson: Lesson }) {
  const words = useWords();
  return (
    <Link to={`/lessons/${idOf(lesson)}/attendance`} className={buttonClass()}>
      {words.lessons.attendance}
    </Link>
  );
}
