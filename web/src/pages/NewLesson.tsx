import { getMe } from "../api/account";
import { isAdmin } from "../api/roles";
import { listClassrooms } from "../api/schools";
import { listColleagues, listTeachers } from "../api/staff";
import type { ClassroomPage, Colleague, Me, Teacher } from "../api/types";
import { Card } from "../components/Card";
import { LessonForm } from "../components/office/LessonForm";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

export interface Choices {
  me: Me;
  /** The first ones; others are found by their name. */
  classrooms: ClassroomPage;
  /** Only an admin plans lessons for others. */
  teachers: Teacher[];
  /** Whom to invite as assistant or observer. */
  colleagues: Colleague[];
}

async function load(): Promise<Choices> {
  const me = await getMe();
  const [classrooms, colleagues, teachers] = await Promise.all([
    listClassrooms(),
    listColleagues(),
    isAdmin(me) ? listTeachers() : [],
  ]);
  return { me, classrooms, colleagues, teachers };
}

export default function NewLesson() {
  const words = useWords();
  const [choices, reload] = useLoaded(load);
  return (
    <OfficePage title={words.newLesson.title} back="/lessons">
      {choices.state === "loading" && <Spinner label={words.common.loading} />}
      {choices.state === "failed" && <LoadFailed error={choices.error} onRetry={reload} />}
      {choices.state === "ready" && (
        <Card>
          <LessonForm {...choices.value} />
        </Card>
      )}
    </OfficePage>
  );
}
