import { listClassrooms } from "../api/endpoints";
import { buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import styles from "../components/staff/Staff.module.css";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import { Link } from "../router";
import listStyles from "./Lessons.module.css";

/** Which classroom's roster: an on-site teacher sees the own school's, an admin all of the county. */
export default function Rosters() {
  const words = useWords();
  const [classrooms, reload] = useLoaded(listClassrooms);
  return (
    <OfficePage title={words.roster.title}>
      {classrooms.state === "loading" && <Spinner label={words.common.loading} />}
      {classrooms.state === "failed" && <LoadFailed error={classrooms.error} onRetry={reload} />}
      {classrooms.state === "ready" && classrooms.value.length === 0 && (
        <EmptyState icon="people" title={words.roster.noClassrooms}>
          {words.roster.noClassroomsHint}
        </EmptyState>
      )}
      {classrooms.state === "ready" && classrooms.value.length > 0 && (
        <>
          <h2 className="visually-hidden">{words.roster.choose}</h2>
          <ul className={listStyles.list}>
            {classrooms.value.map((one) => (
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
        </>
      )}
    </OfficePage>
  );
}
