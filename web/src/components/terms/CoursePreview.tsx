import type { CourseCheck } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { clashWords } from "../office/clashWords";
import { formatMoment } from "../office/dates";
import styles from "../office/Form.module.css";

/** The lessons that a course has still to come, or what is in their way. */
export function CoursePreview({ check }: { check: CourseCheck }) {
  const { terms: words, planning } = useWords();
  const { language } = useLanguage();
  const moment = (iso: string) => formatMoment(iso, language);
  if (check.clashes.length > 0) {
    return (
      <ul>
        {check.clashes.map((one) => (
          <li key={`${one.clash.kind} ${one.clash.name} ${one.clash.title}`}>
            {words.clashOn(moment(one.wanted_at), clashWords(planning, one.clash, language))}
            {one.times > 1 && words.clashTimes(one.times)}
          </li>
        ))}
      </ul>
    );
  }
  const outcome = words.outcome(check.added, check.changed, check.cancelled, check.restored);
  return (
    <>
      {outcome && (
        <p>
          {outcome}
          <br />
          <span className={styles.soft}>{words.outcomeHint}</span>
        </p>
      )}
      {check.lessons.length === 0 ? (
        <p>{words.noneToCome}</p>
      ) : (
        <>
          <p>{words.toCome(check.lessons.length)}</p>
          <ol className={styles.moments}>
            {check.lessons.map((iso) => (
              <li key={iso}>{moment(iso)}</li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}
