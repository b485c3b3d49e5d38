import { useCallback, useEffect } from "react";
import { createRehearsal, getMe, listLessons } from "../api/endpoints";
import { isAdmin, isCountyAdmin, mayPlan } from "../api/roles";
import type { Lesson, LessonState, Me } from "../api/types";
import { Button, buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { HelpCalls } from "../components/office/HelpCalls";
import { LessonRow } from "../components/office/LessonRow";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { UrgentWarnings } from "../components/server/UrgentWarnings";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import { Link, navigate } from "../router";
import styles from "./Lessons.module.css";

const REFRESH_MS = 15_000;
const SHOWN = 50;

interface Timetable {
  me: Me;
  lessons: Lesson[];
}

async function load(): Promise<Timetable> {
  const [me, page] = await Promise.all([getMe(), listLessons({ limit: SHOWN })]);
  return { me, lessons: page.items };
}

/** What is on, what is coming, what is over: each with the one thing to do about it. */
export default function Lessons() {
  const words = useWords();
  const [timetable, reload] = useLoaded(load);

  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [reload]);

  const me = timetable.state === "ready" ? timetable.value.me : null;
  return (
    <OfficePage
      title={words.lessons.title}
      actions={
        <>
          {me?.roles.includes("teacher") && <Rehearse />}
          {me && mayPlan(me) && (
            <Link to="/lessons/new" className={buttonClass("primary")}>
              {words.lessons.create}
            </Link>
          )}
        </>
      }
    >
      {me && isCountyAdmin(me) && <UrgentWarnings />}
      {timetable.state === "loading" && <Spinner label={words.common.loading} />}
      {timetable.state === "failed" && <LoadFailed error={timetable.error} onRetry={reload} />}
      {me && isAdmin(me) && <HelpCalls />}
      {timetable.state === "ready" && <Groups {...timetable.value} onChanged={reload} />}
    </OfficePage>
  );
}

function Rehearse() {
  const words = useWords();
  const [run, isBusy] = useAction();
  const rehearse = useCallback(async () => {
    const lesson = await createRehearsal();
    navigate(`/lessons/${encodeURIComponent(lesson.lesson_id)}/join?role=lead`);
  }, []);
  return (
    <Button isBusy={isBusy} title={words.lessons.rehearseHint} onClick={() => run(rehearse)}>
      {words.lessons.rehearse}
    </Button>
  );
}

const ORDER: readonly LessonState[] = ["live", "waiting", "ended"];

function Groups({ me, lessons, onChanged }: Timetable & { onChanged: () => void }) {
  const words = useWords();
  const titles = {
    live: words.lessons.live,
    waiting: words.lessons.coming,
    ended: words.lessons.past,
  };
  if (lessons.length === 0) {
    return (
      <EmptyState icon="clock" title={words.lessons.emptyTitle}>
        {me.roles.includes("teacher") ? words.lessons.emptyTeacher : words.lessons.emptyOther}
      </EmptyState>
    );
  }
  return ORDER.map((state) => {
    const group = lessons.filter((lesson) => lesson.state === state);
    if (group.length === 0) return null;
    return (
      <section key={state} className={styles.group} aria-label={titles[state]}>
        <h2>{titles[state]}</h2>
        <ul className={styles.list}>
          {group.map((lesson) => (
            <li key={lesson.lesson_id}>
              <LessonRow lesson={lesson} me={me} onChanged={onChanged} />
            </li>
          ))}
        </ul>
      </section>
    );
  });
}
