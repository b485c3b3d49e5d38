import { useCallback, useState } from "react";
import { getMe } from "../api/account";
import { isCountyAdmin } from "../api/roles";
import { listSchools } from "../api/schools";
import { listTeachers } from "../api/staff";
import { getGroupPlan } from "../api/terms";
import type { Course } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import formStyles from "../components/office/Form.module.css";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { csvOf, download } from "../components/roster/csv";
import { Spinner } from "../components/Spinner";
import { CourseDialog } from "../components/terms/CourseDialog";
import { CourseList } from "../components/terms/CourseList";
import { PlanUpload } from "../components/terms/PlanUpload";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import listStyles from "./Lessons.module.css";

/** A course that is being filled in: one that there is, or a new one. */
type Filling = { course: Course | null };

/** What one group of schools learns in one term: its courses, one by one or by a sheet. */
export default function GroupPlan({ params }: { params: Record<string, string> }) {
  const { terms: words, common } = useWords();
  const term = params.term ?? "";
  const group = params.group ?? "";
  const load = useCallback(async () => {
    const [me, plan, schools, teachers] = await Promise.all([
      getMe(),
      getGroupPlan(term, group),
      listSchools({ group_id: group }),
      listTeachers(),
    ]);
    const rooms = schools.items.flatMap((school) =>
      school.classrooms.map((room) => ({
        id: room.classroom_id,
        name: `${school.name} ${room.name}`,
      })),
    );
    return { isCounty: isCountyAdmin(me), plan, rooms, teachers };
  }, [term, group]);
  const [loaded, reload] = useLoaded(load);
  const [filling, setFilling] = useState<Filling | null>(null);
  const value = loaded.state === "ready" ? loaded.value : null;
  return (
    <OfficePage
      title={value ? `${value.plan.term.name} · ${value.plan.group.name}` : words.plan}
      back={`/terms/${encodeURIComponent(term)}`}
      actions={
        value?.isCounty && (
          <>
            <Button icon="plus" onClick={() => setFilling({ course: null })}>
              {words.addCourse}
            </Button>
            <PlanUpload term={value.plan.term} groupId={group} onChanged={reload} />
          </>
        )
      }
    >
      {loaded.state === "loading" && <Spinner label={common.loading} />}
      {loaded.state === "failed" && <LoadFailed error={loaded.error} onRetry={reload} />}
      {value?.plan.courses.length === 0 && (
        <EmptyState icon="clock" title={words.noCoursesTitle}>
          {value.isCounty && words.noCoursesHint}
        </EmptyState>
      )}
      {value && (
        <CourseList
          courses={value.plan.courses}
          zone={value.plan.term.time_zone}
          mayChange={value.isCounty}
          onChange={(course) => setFilling({ course })}
          onEnded={reload}
        />
      )}
      {value?.isCounty && <HowTo rooms={value.rooms.map((one) => one.name)} />}
      {value && filling && (
        <CourseDialog
          term={value.plan.term}
          groupId={group}
          course={filling.course}
          teachers={value.teachers}
          rooms={value.rooms}
          onClose={() => setFilling(null)}
          onSaved={() => {
            setFilling(null);
            reload();
          }}
        />
      )}
    </OfficePage>
  );
}

/** How the sheet is filled in, with the classrooms that may stand in it. */
function HowTo({ rooms }: { rooms: readonly string[] }) {
  const { terms: words } = useWords();
  return (
    <section className={listStyles.group} aria-labelledby="how-to">
      <h2 id="how-to">{words.howTo}</h2>
      <p>{words.kindsHint}</p>
      <div>
        <Button
          icon="download"
          onClick={() => download(words.templateName, csvOf([words.columns]))}
        >
          {words.template}
        </Button>
      </div>
      <ul>
        {words.rules.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
      <h3>{words.rooms}</h3>
      {rooms.length === 0 ? (
        <p>{words.noRooms}</p>
      ) : (
        <ul className={formStyles.columns}>
          {rooms.map((room) => (
            <li key={room}>{room}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
