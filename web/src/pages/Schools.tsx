import { useState } from "react";
import {
  addClassroom,
  addSchool,
  getMe,
  listSchools,
  renameClassroom,
  renameSchool,
} from "../api/endpoints";
import { isCountyAdmin } from "../api/roles";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { NameDialog, type Naming, Rename } from "../components/office/NameDialog";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import styles from "../components/staff/Staff.module.css";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import listStyles from "./Lessons.module.css";

/** Schools and their classrooms: all of the county for its admins, one for its own. */
export default function Schools() {
  const words = useWords();
  const [me] = useLoaded(getMe);
  const [schools, reload] = useLoaded(listSchools);
  const [naming, setNaming] = useState<Naming | null>(null);
  const isEmpty = schools.state === "ready" && schools.value.length === 0;
  return (
    <OfficePage
      title={words.schools.title}
      actions={
        me.state === "ready" &&
        isCountyAdmin(me.value) && (
          <Button
            variant="primary"
            icon="plus"
            onClick={() =>
              setNaming({
                title: words.schools.addTitle,
                label: words.schools.schoolName,
                name: "",
                save: addSchool,
              })
            }
          >
            {words.schools.add}
          </Button>
        )
      }
    >
      {schools.state === "loading" && <Spinner label={words.common.loading} />}
      {schools.state === "failed" && <LoadFailed error={schools.error} onRetry={reload} />}
      {isEmpty && (
        <EmptyState icon="people" title={words.schools.emptyTitle}>
          {words.schools.emptyHint}
        </EmptyState>
      )}
      {schools.state === "ready" && (
        <ul className={listStyles.list}>
          {schools.value.map((school) => (
            <li key={school.school_id} className={styles.row}>
              <div className={styles.who}>
                <strong>{school.name}</strong>
                {school.classrooms.length === 0 && (
                  <span className={styles.soft}>{words.schools.noClassrooms}</span>
                )}
              </div>
              <div className={styles.buttons}>
                <Rename
                  name={school.name}
                  label={words.schools.schoolName}
                  save={(name) => renameSchool(school.school_id, name)}
                  onOpen={setNaming}
                />
                <Button
                  size="small"
                  aria-label={words.schools.addClassroomTitle(school.name)}
                  onClick={() =>
                    setNaming({
                      title: words.schools.addClassroomTitle(school.name),
                      label: words.schools.classroomName,
                      name: "",
                      save: (name) => addClassroom(school.school_id, name),
                    })
                  }
                >
                  {words.schools.addClassroom}
                </Button>
              </div>
              <ul className={styles.rooms}>
                {school.classrooms.map((room) => (
                  <li key={room.classroom_id} className={styles.room}>
                    {room.name}
                    <Rename
                      name={room.name}
                      label={words.schools.classroomName}
                      save={(name) => renameClassroom(room.classroom_id, name)}
                      onOpen={setNaming}
                    />
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
      {naming && (
        <NameDialog
          naming={naming}
          onClose={() => setNaming(null)}
          onSaved={() => {
            setNaming(null);
            reload();
          }}
        />
      )}
    </OfficePage>
  );
}
