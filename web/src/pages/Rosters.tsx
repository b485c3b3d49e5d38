import { useCallback, useState } from "react";
import { listClassrooms } from "../api/schools";
import { Button, buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { NothingFound } from "../components/NothingFound";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { SearchBar } from "../components/SearchBar";
import { Spinner } from "../components/Spinner";
import styles from "../components/staff/Staff.module.css";
import { usePages } from "../hooks/usePages";
import { useWords } from "../i18n";
import { Link } from "../router";
import listStyles from "./Lessons.module.css";

/** Which classroom's roster: an on-site teacher sees the own school's, an admin all of the county. */
export default function Rosters() {
  const words = useWords();
  const [text, setText] = useState("");
  return (
    <OfficePage title={words.roster.title}>
      <SearchBar label={words.find.classroom} onSearch={setText} />
      <Classrooms key={text} text={text} />
    </OfficePage>
  );
}

function Classrooms({ text }: { text: string }) {
  const words = useWords();
  const { first, items, more, isBusy, reload } = usePages(
    useCallback((after?: string) => listClassrooms(after ? { text, after } : { text }), [text]),
  );
  if (first.state === "loading") return <Spinner label={words.common.loading} />;
  if (first.state === "failed") return <LoadFailed error={first.error} onRetry={reload} />;
  if (items.length === 0 && text) return <NothingFound />;
  if (items.length === 0) {
    return (
      <EmptyState icon="people" title={words.roster.noClassrooms}>
        {words.roster.noClassroomsHint}
      </EmptyState>
    );
  }
  return (
    <>
      <h2 className="visually-hidden">{words.roster.choose}</h2>
      <ul className={listStyles.list}>
        {items.map((one) => (
          <li key={one.classroom_id} className={styles.row}>
            <div className={styles.who}>
              <strong>{one.name}</strong>
              <span className={styles.soft}>{one.school_name}</span>
            </div>
            <Link
              to={`/classrooms/${encodeURIComponent(one.classroom_id)}/roster`}
              className={buttonClass("secondary", "small")}
              aria-label={words.roster.openOf(`${one.school_name} ${one.name}`)}
            >
              {words.roster.open}
            </Link>
          </li>
        ))}
      </ul>
      {more && (
        <Button isBusy={isBusy} onClick={more}>
          {words.find.more}
        </Button>
      )}
    </>
  );
}
