import { useWords } from "../../../i18n";
import { useRoom } from "../../../lesson/context";
import { classroomsOf } from "../../../room/selectors";
import { ClassroomCard } from "./ClassroomCard";
import styles from "./Classrooms.module.css";

/** Every classroom of the lesson, also those that are not there yet. */
export function Classrooms({ className }: { className?: string | undefined }) {
  const words = useWords();
  const classrooms = classroomsOf(useRoom());
  const isEmpty = classrooms.every((place) => place.presence === "absent");
  return (
    <section className={className} aria-label={words.lead.classrooms}>
      {isEmpty && (
        <div className={styles.empty}>
          <h2>{words.lead.emptyTitle}</h2>
          <p>{words.lead.emptyHint}</p>
        </div>
      )}
      <ul className={styles.grid} data-count={classrooms.length}>
        {classrooms.map((place) => (
          <ClassroomCard key={place.participant_id} place={place} />
        ))}
      </ul>
    </section>
  );
}
