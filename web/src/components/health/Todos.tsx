import type { Care, ClassroomHealth } from "../../api/types";
import { useWords } from "../../i18n";
import type { CaptureProblem } from "../../media/captureProblem";
import { Link } from "../../router";
import styles from "./Health.module.css";

/** Without these there is no lesson. */
const URGENT: readonly Care[] = ["no_pc", "unseen", "microphone", "link_none"];

/** What somebody has to do about a classroom, the most urgent first, in words that can be passed on. */
export function Todos({ classroom }: { classroom: ClassroomHealth }) {
  const words = useWords().health;
  const name = `${classroom.school_name} ${classroom.name}`;
  return (
    <ul className={styles.todos}>
      {classroom.cares.map((care) => (
        <li key={care} className={URGENT.includes(care) ? styles.urgent : styles.todo}>
          {words.todos[care]}
          <Hint classroom={classroom} care={care} />{" "}
          {care === "no_pc" && (
            <Link
              to={`/classroom-pcs/${encodeURIComponent(classroom.classroom_id)}`}
              aria-label={words.setUpOf(name)}
            >
              {words.setUp}
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}

function Hint({ classroom, care }: { classroom: ClassroomHealth; care: Care }) {
  const { health, media } = useWords();
  if (care !== "camera" && care !== "microphone") return null;
  const state = classroom.pc?.[care];
  if (!state || state === "ok" || state === "found") return null;
  const problem: CaptureProblem = state;
  const { title, hint } = media.problems[problem];
  return <>{health.problem(title, hint)}</>;
}
