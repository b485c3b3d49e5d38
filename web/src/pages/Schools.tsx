import { useCallback, useState } from "react";
import { getMe } from "../api/account";
import { isCountyAdmin } from "../api/roles";
import {
  addClassroom,
  addSchool,
  listSchools,
  renameClassroom,
  renameSchool,
} from "../api/schools";
import type { SchoolRow } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Listed } from "../components/Listed";
import { NothingFound } from "../components/NothingFound";
import { NameDialog, type Naming, Rename } from "../components/office/NameDialog";
import { OfficePage } from "../components/office/OfficePage";
import { SearchBar } from "../components/SearchBar";
import styles from "../components/staff/Staff.module.css";
import { useLoaded } from "../hooks/useLoaded";
import { usePages } from "../hooks/usePages";
import { useWords } from "../i18n";
import listStyles from "./Lessons.module.css";

/** Schools and their classrooms: all of the county for its admins, one for its own. */
export default function Schools() {
  const words = useWords();
  const [me] = useLoaded(getMe);
  const [text, setText] = useState("");
  const [round, setRound] = useState(0);
  const [naming, setNaming] = useState<Naming | null>(null);
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
      <SearchBar label={words.find.school} onSearch={setText} />
      <SchoolList key={`${text} ${round}`} text={text} onOpen={setNaming} />
      {naming && (
        <NameDialog
          naming={naming}
          onClose={() => setNaming(null)}
          onSaved={() => {
            setNaming(null);
            setRound((value) => value + 1);
          }}
        />
      )}
    </OfficePage>
  );
}

interface SchoolListProps {
  text: string;
  onOpen: (naming: Naming) => void;
}

function SchoolList({ text, onOpen }: SchoolListProps) {
  const words = useWords();
  const pages = usePages(
    useCallback((after?: string) => listSchools(after ? { text, after } : { text }), [text]),
  );
  const none = text ? (
    <NothingFound />
  ) : (
    <EmptyState icon="people" title={words.schools.emptyTitle}>
      {words.schools.emptyHint}
    </EmptyState>
  );
  return (
    <Listed pages={pages} empty={none} more={words.find.more}>
      <ul className={listStyles.list}>
        {pages.items.map((school) => (
          <li key={school.school_id} className={styles.row}>
            <School school={school} onOpen={onOpen} />
          </li>
        ))}
      </ul>
    </Listed>
  );
}

interface SchoolProps {
  school: SchoolRow;
  onOpen: (naming: Naming) => void;
}

function School({ school, onOpen }: SchoolProps) {
  const words = useWords().schools;
  return (
    <>
      <div className={styles.who}>
        <strong>{school.name}</strong>
        {school.classrooms.length === 0 && (
          <span className={styles.soft}>{words.noClassrooms}</span>
        )}
      </div>
      <div className={styles.buttons}>
        <Rename
          name={school.name}
          label={words.schoolName}
          save={(name) => renameSchool(school.school_id, name)}
          onOpen={onOpen}
        />
        <Button
          size="small"
          aria-label={words.addClassroomTitle(school.name)}
          onClick={() =>
            onOpen({
              title: words.addClassroomTitle(school.name),
              label: words.classroomName,
              name: "",
              save: (name) => addClassroom(school.school_id, name),
            })
          }
        >
          {words.addClassroom}
        </Button>
      </div>
      <ul className={styles.rooms}>
        {school.classrooms.map((room) => (
          <li key={room.classroom_id} className={styles.room}>
            {room.name}
            <Rename
              name={room.name}
              label={words.classroomName}
              save={(name) => renameClassroom(room.classroom_id, name)}
              onOpen={onOpen}
            />
          </li>
        ))}
      </ul>
    </>
  );
}
