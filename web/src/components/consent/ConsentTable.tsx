import type { ClassroomConsents, Purpose } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Link } from "../../router";
import { Badge } from "../Badge";
import { buttonClass } from "../Button";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatMoment } from "../office/dates";
import styles from "./ConsentTable.module.css";
import { agreedOf, isOpen, PURPOSES } from "./draft";

interface ConsentTableProps {
  classrooms: ClassroomConsents[];
  /** Only the county's admins answer for a classroom without a roster. */
  isAdmin: boolean;
  isBusy: boolean;
  onChange: (classroom: ClassroomConsents, purpose: Purpose, isGranted: boolean) => void;
}

/** One row per classroom: how many of its pupils agree, or its own answer where nobody entered them. */
export function ConsentTable({ classrooms, isAdmin, isBusy, onChange }: ConsentTableProps) {
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
                <Way classroom={classroom} />
              </th>
              {PURPOSES.map((purpose) => (
                <td key={purpose} data-label={words.consents.purpose[purpose]}>
                  {classroom.pupils > 0 || !isAdmin ? (
                    <Count classroom={classroom} purpose={purpose} />
                  ) : (
                    <Answer {...{ classroom, purpose, isBusy, onChange }} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How answers are entered: on the classroom's sheet; a simulated one has no pupils. */
function Way({ classroom }: { classroom: ClassroomConsents }) {
  const words = useWords();
  if (classroom.is_simulated) return <Badge>{words.common.simulated}</Badge>;
  return (
    <span className={styles.way}>
      {classroom.pupils === 0 && <span className={styles.remark}>{words.consents.noRoster}</span>}
      <Link
        to={`/classrooms/${encodeURIComponent(classroom.classroom_id)}/consents`}
        className={buttonClass("secondary", "small")}
        aria-label={words.consents.openOf(`${classroom.school_name} ${classroom.name}`)}
      >
        {words.consents.open}
      </Link>
    </span>
  );
}

function Count({ classroom, purpose }: { classroom: ClassroomConsents; purpose: Purpose }) {
  const words = useWords().consents;
  const agreed = classroom.agreed.find((one) => one.purpose === purpose)?.pupils ?? 0;
  const isAllowed = classroom.allowed.includes(purpose);
  return (
    <>
      <Badge tone={isAllowed ? "ok" : "neutral"}>{isAllowed ? words.yes : words.no}</Badge>
      <span className={styles.hint}>{words.counted(agreed, classroom.pupils)}</span>
    </>
  );
}

type AnswerProps = Omit<ConsentTableProps, "classrooms" | "isAdmin"> & {
  classroom: ClassroomConsents;
  purpose: Purpose;
};

function Answer({ classroom, purpose, isBusy, onChange }: AnswerProps) {
  const words = useWords().consents;
  const { language } = useLanguage();
  const agreed = agreedOf(classroom.answers);
  const answer = classroom.answers.find((one) => one.purpose === purpose);
  const isBlocked = !isOpen(agreed, purpose);
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
        checked={agreed.has(purpose)}
        disabled={isBusy || isBlocked}
        onChange={(event) => onChange(classroom, purpose, event.target.checked)}
      />
      <span className={styles.remark}>{isBlocked ? words.needsNarrower : remark}</span>
    </label>
  );
}
