import type { PupilConsents, Retention } from "../../api/types";
import { useWords } from "../../i18n";
import { PURPOSES } from "./draft";
import styles from "./Paper.module.css";

interface ConsentPaperProps {
  school: string;
  classroom: string;
  /** Null: a blank sheet. */
  pupil: PupilConsents | null;
  retention: Retention;
}

/** One sheet of A4 that a guardian signs. */
export function ConsentPaper({ school, classroom, pupil, retention }: ConsentPaperProps) {
  const words = useWords().consentForm;
  const number = pupil?.number ? ` (${pupil.number})` : "";
  return (
    <article className={styles.paper} aria-label={words.page}>
      <h2>{words.title}</h2>
      <p className={styles.who}>
        <Blank label={words.school} text={school} />
        <Blank label={words.classroom} text={classroom} />
        <Blank label={words.pupil} text={pupil ? `${pupil.name}${number}` : ""} />
      </p>
      <p>{words.dear}</p>
      <p>{words.intro}</p>
      <p className={styles.strong}>{words.choose}</p>
      <table className={styles.choices}>
        <tbody>
          {PURPOSES.map((purpose, index) => (
            <tr key={purpose}>
              <th scope="row">
                {index + 1}. {words.purposes[purpose]}
              </th>
              <td>
                <span className={styles.box} aria-hidden /> {words.agree}
              </td>
              <td>
                <span className={styles.box} aria-hidden /> {words.disagree}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{words.factsTitle}</h3>
      <ul className={styles.facts}>
        {words.facts(retention.classroom_tracks_days, retention.recordings_days).map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      <p>{words.under14}</p>
      <p className={styles.signatures}>
        <Blank label={words.guardian} text="" />
        <Blank label={words.relation} text="" />
        <Blank label={words.date} text="" />
        <Blank label={words.clerk} text="" />
      </p>
    </article>
  );
}

/** A labelled line to write on, or what stands on it already. */
export function Blank({ label, text }: { label: string; text: string }) {
  return (
    <span className={styles.blank}>
      {label}
      <span className={styles.line}>{text}</span>
    </span>
  );
}
