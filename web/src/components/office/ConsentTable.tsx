import type { ClassroomConsents, Purpose } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Badge } from "../Badge";
import tableStyles from "./AttendanceTable.module.css";
import styles from "./ConsentTable.module.css";
import { formatMoment } from "./dates";

/** From narrow to wide: a wider one counts only with those before it. */
const PURPOSES: readonly Purpose[] = ["recorded", "shared", "public"];

interface ConsentTableProps {
  classrooms: ClassroomConsents[];
  isBusy: boolean;
  onChange: (classroom: ClassroomConsents, purpose: Purpose, isGranted: boolean) => void;
}

/** One row per classroom, one switch per purpose, and who entered it when. */
export function ConsentTable({ classrooms, isBusy, onChange }: ConsentTableProps) {
  const words = useWords();
  return (
    <div className={tableStyles.frame}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">{words.consents.classroom}</th>
            {PURPOSES.map((purpose) => (
              <th key={purpose} scope="col">
                {words.consents.purpose[purpose]}
                <span className={styles.hint}>{words.consents.purposeHint[purpose]}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classrooms.map((classroom) => (
            <tr key={classroom.classroom_id}>
              <th scope="row">
                {classroom.name}
                <span className={tableStyles.school}>{classroom.school_name}</span>
                {classroom.is_simulated && <Badge>{words.common.simulated}</Badge>}
              </th>
              {PURPOSES.map((purpose) => (
                <td key={purpose} data-label={words.consents.purpose[purpose]}>
                  <Answer {...{ classroom, purpose, isBusy, onChange }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface AnswerProps extends Omit<ConsentTableProps, "classrooms"> {
  classroom: ClassroomConsents;
  purpose: Purpose;
}

function Answer({ classroom, purpose, isBusy, onChange }: AnswerProps) {
  const words = useWords().consents;
  const { language } = useLanguage();
  const of = (one: Purpose) => classroom.answers.find((answer) => answer.purpose === one);
  const answer = of(purpose);
  const isGranted = answer?.is_granted ?? false;
  const narrower = PURPOSES.slice(0, PURPOSES.indexOf(purpose));
  const isBlocked = !narrower.every((one) => of(one)?.is_granted);
  const remark = answer
    ? words.entered(answer.entered_by, formatMoment(answer.entered_at, language))
    : words.never;
  return (
    <label className={styles.answer}>
      <input
        type="checkbox"
        aria-label={words.answerOf(
          words.purpose[purpose],
          `${classroom.school_name} ${classroom.name}`,
        )}
        checked={isGranted && !isBlocked}
        disabled={isBusy || isBlocked}
        onChange={(event) => onChange(classroom, purpose, event.target.checked)}
      />
      <span className={styles.remark}>{isBlocked ? words.needsNarrower : remark}</span>
    </label>
  );
}
