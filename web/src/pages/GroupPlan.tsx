import { useCallback } from "react";
import { getGroupPlan, getMe, listSchools } from "../api/endpoints";
import { isCountyAdmin } from "../api/roles";
import type { SchoolRow } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { csvOf, download } from "../components/roster/csv";
import { Spinner } from "../components/Spinner";
import { CourseList } from "../components/terms/CourseList";
import { PlanUpload } from "../components/terms/PlanUpload";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import listStyles from "./Lessons.module.css";

/** What one group of schools learns in one term: its courses, and the sheet that brings more. */
export default function GroupPlan({ params }: { params: Record<string, string> }) {
  const { terms: words, common } = useWords();
  const term = params.term ?? "";
  const group = params.group ?? "";
  const load = useCallback(async () => {
    const [me, plan, schools] = await Promise.all([
      getMe(),
      getGroupPlan(term, group),
      listSchools(),
    ]);
    const ids = new Set(plan.group.schools.map((one) => one.school_id));
    const members = schools.filter((one) => ids.has(one.school_id));
    return { isCounty: isCountyAdmin(me), plan, members };
  }, [term, group]);
  const [loaded, reload] = useLoaded(load);
  const value = loaded.state === "ready" ? loaded.value : null;
  return (
    <OfficePage
      title={value ? `${value.plan.term.name} · ${value.plan.group.name}` : words.plan}
      back={`/terms/${encodeURIComponent(term)}`}
      actions={value?.isCounty && <PlanUpload termId={term} groupId={group} onChanged={reload} />}
    >
      {loaded.state === "loading" && <Spinner label={common.loading} />}
      {loaded.state === "failed" && <LoadFailed error={loaded.error} onRetry={reload} />}
      {value?.plan.courses.length === 0 && (
        <EmptyState icon="clock" title={words.noCoursesTitle}>
          {value.isCounty && words.noCoursesHint}
        </EmptyState>
      )}
      {value && (
        <CourseList courses={value.plan.courses} mayEnd={value.isCounty} onChanged={reload} />
      )}
      {value?.isCounty && <HowTo schools={value.members} />}
    </OfficePage>
  );
}

/** How the sheet is filled in, with the classrooms that may stand in it. */
function HowTo({ schools }: { schools: SchoolRow[] }) {
  const { terms: words } = useWords();
  const rooms = schools.flatMap((one) => one.classrooms.map((room) => `${one.name} ${room.name}`));
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
        <ul>
          {rooms.map((room) => (
            <li key={room}>{room}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
