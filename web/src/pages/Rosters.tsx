import { useCallback, useState } from "react";
import { listClassrooms } from "../api/schools";
import { buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Listed } from "../components/Listed";
import { NothingFound } from "../components/NothingFound";
import { OfficePage } from "../components/office/OfficePage";
import { SearchBar } from "../components/SearchBar";
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
  const pages = usePages(
    useCallback((after?: string) => listClassrooms(after ? { text, after } : { text }), [text]),
  );
  const none = text ? (
    <NothingFound />
  ) : (
    <EmptyState icon="people" title={words.roster.noClassrooms}>
      {words.roster.noClassroomsHint}
    </EmptyState>
  );
  return (
    <Listed pages={pages} empty={none} more={words.find.more}>
      <h2 className="visually-hidden">{words.roster.choose}</h2>
      <ul className={listStyles.list}>
        {pages.items.map((one) => (
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
    </Listed>
  );
}
