import { useCallback, useEffect, useState } from "react";
import { getMe } from "../api/account";
import { createRehearsal, listLessons } from "../api/lessons";
import { isAdmin, isCountyAdmin, mayPlan } from "../api/roles";
import type { LessonState, Me } from "../api/types";
import { Button, buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { HelpCalls } from "../components/office/HelpCalls";
import { LessonRow } from "../components/office/LessonRow";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { isNothing, momentsOf, NOTHING, type SearchDraft } from "../components/search/draft";
import { SearchForm } from "../components/search/SearchForm";
import { UrgentWarnings } from "../components/server/UrgentWarnings";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { usePages } from "../hooks/usePages";
import { useWords } from "../i18n";
import { Link, navigate } from "../router";
import styles from "./Lessons.module.css";

const REFRESH_MS = 15_000;
const SHOWN = 30;

/** What is on, what is coming, what is over: each with the one thing to do about it. */
export default function Lessons() {
  const words = useWords();
  const [loaded, reload] = useLoaded(getMe);
  const [search, setSearch] = useState(NOTHING);
  const me = loaded.state === "ready" ? loaded.value : null;
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
      {me && isAdmin(me) && <HelpCalls />}
      {loaded.state === "loading" && <Spinner label={words.common.loading} />}
      {loaded.state === "failed" && <LoadFailed error={loaded.error} onRetry={reload} />}
      {me && isAdmin(me) && (
        <SearchForm nothing={NOTHING} textLabel={words.lessons.searched} onSearch={setSearch} />
      )}
      {me && <Lists key={JSON.stringify(search)} me={me} search={search} />}
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

/** The lessons of one state that are looked for, a page at a time; the first page stays as it is now. */
function useLessons(state: LessonState, search: SearchDraft) {
  const pages = usePages(
    useCallback(
      (before?: string) =>
        listLessons({
          state,
          limit: SHOWN,
          ...(search.text && { text: search.text }),
          ...momentsOf(search),
          ...(before !== undefined && { before }),
        }),
      [state, search],
    ),
  );
  const { reload } = pages;
  // Who has loaded more reads on undisturbed.
  const isFirstPage = pages.items.length <= SHOWN;

  useEffect(() => {
    if (!isFirstPage) return;
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [isFirstPage, reload]);

  return pages;
}

function Lists({ me, search }: { me: Me; search: SearchDraft }) {
  const words = useWords();
  const live = useLessons("live", search);
  const coming = useLessons("waiting", search);
  const past = useLessons("ended", search);
  const all = [live, coming, past];
  const reload = () => {
    for (const one of all) one.reload();
  };
  for (const { first } of all) {
    if (first.state === "failed") return <LoadFailed error={first.error} onRetry={reload} />;
  }
  if (all.some(({ first }) => first.state === "loading")) {
    return <Spinner label={words.common.loading} />;
  }
  if (all.every(({ items }) => items.length === 0)) {
    return <Nothing me={me} isSearch={!isNothing(search)} />;
  }
  const shared = { me, onChanged: reload };
  return (
    <>
      <Group {...shared} title={words.lessons.live} more={words.lessons.more} pages={live} />
      <Group {...shared} title={words.lessons.coming} more={words.lessons.later} pages={coming} />
      <Group {...shared} title={words.lessons.past} more={words.lessons.earlier} pages={past} />
    </>
  );
}

function Nothing({ me, isSearch }: { me: Me; isSearch: boolean }) {
  const words = useWords().lessons;
  if (isSearch) {
    return (
      <EmptyState icon="info" title={words.noneTitle}>
        {words.noneHint}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="clock" title={words.emptyTitle}>
      {me.roles.includes("teacher") ? words.emptyTeacher : words.emptyOther}
    </EmptyState>
  );
}

interface GroupProps {
  title: string;
  /** On the button that loads what follows. */
  more: string;
  pages: ReturnType<typeof useLessons>;
  me: Me;
  onChanged: () => void;
}

function Group({ title, more, pages, me, onChanged }: GroupProps) {
  if (pages.items.length === 0) return null;
  return (
    <section className={styles.group} aria-label={title}>
      <h2>{title}</h2>
      <ul className={styles.list}>
        {pages.items.map((lesson) => (
          <li key={lesson.lesson_id}>
            <LessonRow lesson={lesson} me={me} onChanged={onChanged} />
          </li>
        ))}
      </ul>
      {pages.more && (
        <div>
          <Button isBusy={pages.isBusy} onClick={pages.more}>
            {more}
          </Button>
        </div>
      )}
    </section>
  );
}
