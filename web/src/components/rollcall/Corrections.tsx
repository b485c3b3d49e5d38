import type { RollCall, RollCallCorrection } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatMoment } from "../office/dates";
import styles from "./RollCall.module.css";

/** What was corrected: who, when, from what to what, and why. */
export function Corrections({ roll }: { roll: RollCall }) {
  const words = useWords().rollCall;
  if (roll.corrections.length === 0) return null;
  return (
    <details className={styles.corrections}>
      <summary>{words.corrections}</summary>
      <ul>
        {roll.corrections.map((one) => (
          <Correction key={`${one.at} ${one.pupil_id}`} roll={roll} correction={one} />
        ))}
      </ul>
    </details>
  );
}

function Correction({ roll, correction }: { roll: RollCall; correction: RollCallCorrection }) {
  const words = useWords().rollCall;
  const { language } = useLanguage();
  const pupil = roll.pupils.find((one) => one.pupil_id === correction.pupil_id);
  const who = correction.pupil_id === null ? words.headCount : (pupil?.name ?? words.erased);
  const value = (text: string | null) => {
    if (text === null) return words.takenBack;
    const known: Record<string, string> = words.marks;
    return known[text] ?? text;
  };
  return (
    <li>
      {words.correction(who, value(correction.before), value(correction.after))}
      <span className={styles.by}>
        {words.by(correction.by || words.classroomScreen, formatMoment(correction.at, language))}
        {correction.reason && ` · ${words.because(correction.reason)}`}
      </span>
    </li>
  );
}
