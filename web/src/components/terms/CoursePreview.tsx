import type { CourseCheck } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { clashWords } from "../office/clashWords";
import { formatMoment } from "../office/dates";
import styles from "../office/Form.module.css";

/** The lessons that a course has still to come, or what is in their way, by the clock of the term. */
export function CoursePreview({ check, zone }: { check: CourseCheck; zone: string }) {
  const { terms: words, planning } = useWords();
  const { language } = useLanguage();
  const moment = (iso: string) => formatMoment(iso, language, zone);
  if (check.clashes.length > 0) {
    return (
      <ul>
        {check.clashes.map((one) => (
          <li key={`${one.clash.kind} ${one.clash.name} ${one.clash.title}`}>
            {words.clashOn(moment(one.wanted_at), clashWords(planning, one.clash, language, zone))}
            {one.times > 1 && words.clashTimes(one.times)}
          </li>
        ))}
      </ul>
    );
  }
  const outcome = words.outcome(check.added, check.changed, check.cancelled, check.restored);
  return (
    <div className={styles.form}>
      {outcome && (
        <p>
          {outcome}
          <br />
          <span className={styles.soft}>{words.outcomeHint}</span>
        </p>
      )}
      <p>{check.lessons.length > 0 ? words.toCome(check.lessons.length) : words.noneToCome}</p>
      <ol className={styles.columns}>
        {check.lessons.map((iso) => (
          <li key={iso}>{moment(iso)}</li>
        ))}
      </ol>
    </div>
  );
}
