import type { ClassroomPc, ClassroomPcs } from "../../api/types";
import { APART_MS, clockWords } from "../../classroom/pcClock";
import { useLanguage, useWords } from "../../i18n";
import { Link } from "../../router";
import { Button, buttonClass } from "../Button";
import tableStyles from "./AttendanceTable.module.css";
import { browserName } from "./browserName";
import { formatMoment } from "./dates";
import styles from "./PcTable.module.css";

interface PcTableProps {
  classrooms: ClassroomPcs[];
  isBusy: boolean;
  onPair: (classroom: ClassroomPcs) => void;
  onRemove: (classroom: ClassroomPcs, pc: ClassroomPc) => void;
}

/** One row per classroom with its PCs, and what can be done about them. */
export function PcTable({ classrooms, isBusy, onPair, onRemove }: PcTableProps) {
  const words = useWords();
  return (
    <div className={tableStyles.frame}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">{words.classroomPcs.classroom}</th>
            <th scope="col">{words.classroomPcs.pcs}</th>
            <th scope="col">{words.classroomPcs.add}</th>
          </tr>
        </thead>
        <tbody>
          {classrooms.map((classroom) => (
            <tr key={classroom.classroom_id}>
              <th scope="row">
                {classroom.name}
                <span className={tableStyles.school}>{classroom.school_name}</span>
              </th>
              <td>
                {classroom.pcs.length === 0 && words.classroomPcs.none}
                <ul className={styles.pcs}>
                  {classroom.pcs.map((pc) => (
                    <Pc
                      key={pc.pc_id}
                      pc={pc}
                      of={`${classroom.school_name} ${classroom.name}`}
                      isBusy={isBusy}
                      onRemove={() => onRemove(classroom, pc)}
                    />
                  ))}
                </ul>
              </td>
              <td>
                <div className={styles.actions}>
                  <Button
                    icon="plus"
                    disabled={isBusy}
                    aria-label={words.classroomPcs.pairOf(
                      `${classroom.school_name} ${classroom.name}`,
                    )}
                    onClick={() => onPair(classroom)}
                  >
                    {words.classroomPcs.add}
                  </Button>
                  <Link
                    to={`/classroom-pcs/${encodeURIComponent(classroom.classroom_id)}`}
                    className={buttonClass()}
                    aria-label={words.classroomPcs.setupOf(
                      `${classroom.school_name} ${classroom.name}`,
                    )}
                  >
                    {words.classroomPcs.setup}
                  </Link>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PcProps {
  pc: ClassroomPc;
  of: string;
  isBusy: boolean;
  onRemove: () => void;
}

function Pc({ pc, of, isBusy, onRemove }: PcProps) {
  const { classroomPcs: words, pcClock } = useWords();
  const { language } = useLanguage();
  const name = browserName(pc.browser) ?? words.someBrowser;
  return (
    <li className={styles.pc}>
      <div className={styles.words}>
        <strong>{name}</strong>
        <span>{words.lastSeen(formatMoment(pc.last_seen_at, language))}</span>
        {pc.clock_ahead_ms !== null && Math.abs(pc.clock_ahead_ms) >= APART_MS && (
          <span className={styles.wrong}>{clockWords(pcClock, pc.clock_ahead_ms)}</span>
        )}
        <span>{words.pairedBy(pc.paired_by, formatMoment(pc.paired_at, language))}</span>
      </div>
      <Button
        size="small"
        icon="trash"
        disabled={isBusy}
        aria-label={words.removeOf(name, of)}
        onClick={onRemove}
      >
        {words.remove}
      </Button>
    </li>
  );
}
