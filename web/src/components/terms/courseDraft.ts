import type { Course, CourseDraft, Teacher } from "../../api/types";
import { OFFERED } from "../office/people";

const MAX_CLASSROOMS = 8;
const [MIN_MINUTES, MAX_MINUTES] = [5, 240];

/** Who may be chosen: whoever is offered, and the course's own teacher, who may stand further down than that. */
export function choosable(teachers: readonly Teacher[], course: Course | null): readonly Teacher[] {
  const isKnown = teachers.some((one) => one.user_id === course?.lead_id);
  if (course === null || isKnown || teachers.length < OFFERED) return teachers;
  return [...teachers, { user_id: course.lead_id, name: course.lead_name, school: "" }];
}

/** What the form begins with: the course as it is, but for a teacher who left, or the least that a new one needs. */
export function draftOf(
  course: Course | null,
  subject: string,
  teachers: readonly Pick<Teacher, "user_id">[],
): CourseDraft {
  const isHere = teachers.some((one) => one.user_id === course?.lead_id);
  const leadId = (isHere ? course?.lead_id : teachers[0]?.user_id) ?? "";
  if (course === null) {
    return {
      title: "",
      subject,
      lead_id: leadId,
      classroom_ids: [],
      weekdays: [],
      weeks: "every",
      begins: "10:00",
      duration_min: 40,
      recorded: false,
    };
  }
  const { title, weekdays, weeks, begins, duration_min, recorded } = course;
  return {
    title,
    subject: course.subject,
    lead_id: leadId,
    classroom_ids: course.classrooms.map((one) => one.classroom_id),
    weekdays,
    weeks,
    begins,
    duration_min,
    recorded,
  };
}

/** Which of what the form asks for is missing or cannot be. */
export function missingOf(draft: CourseDraft): ReadonlySet<keyof CourseDraft> {
  const { title, weekdays, begins, duration_min, classroom_ids } = draft;
  const isLong = Number.isInteger(duration_min) && duration_min >= MIN_MINUTES;
  const missing: readonly (readonly [boolean, keyof CourseDraft])[] = [
    [!title.trim(), "title"],
    [weekdays.length === 0, "weekdays"],
    [!begins, "begins"],
    [!isLong || duration_min > MAX_MINUTES, "duration_min"],
    [classroom_ids.length === 0 || classroom_ids.length > MAX_CLASSROOMS, "classroom_ids"],
  ];
  return new Set(missing.filter(([isMissing]) => isMissing).map(([, field]) => field));
}

/** The list with or without this one; the order in which they were chosen is that of the seats. */
export function toggled<Item>(list: readonly Item[], item: Item, isIn: boolean): Item[] {
  const others = list.filter((one) => one !== item);
  return isIn ? [...others, item] : others;
}
