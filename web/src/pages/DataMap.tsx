import { useCallback } from "react";
import { getDataMap } from "../api/protection";
import type { DataMapSection } from "../api/types";
import { Button } from "../components/Button";
import tableStyles from "../components/office/AttendanceTable.module.css";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import styles from "../components/protection/DataMap.module.css";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";

/** What is kept about people, where, how long, and who sees it: for the county's impact assessment. */
export default function DataMap() {
  const words = useWords();
  const { language } = useLanguage();
  const [map, reload] = useLoaded(useCallback(() => getDataMap(language), [language]));
  return (
    <OfficePage
      title={words.dataMap.title}
      actions={
        <Button icon="printer" onClick={() => window.print()}>
          {words.consentForm.print}
        </Button>
      }
    >
      <p>{words.dataMap.hint}</p>
      {map.state === "loading" && <Spinner label={words.common.loading} />}
      {map.state === "failed" && <LoadFailed error={map.error} onRetry={reload} />}
      {map.state === "ready" &&
        map.value.map((section) => <Section key={section.title} section={section} />)}
    </OfficePage>
  );
}

function Section({ section }: { section: DataMapSection }) {
  const words = useWords().dataMap;
  return (
    <section className={styles.section}>
      <h2>{section.title}</h2>
      <div className={tableStyles.frame}>
        <table className={`${tableStyles.table} ${styles.map}`}>
          <thead>
            <tr>
              <th scope="col">{words.what}</th>
              <th scope="col">{words.about}</th>
              <th scope="col">{words.personal}</th>
              <th scope="col">{words.kept}</th>
              <th scope="col">{words.readers}</th>
            </tr>
          </thead>
          <tbody>
            {section.rows.map((row) => (
              <tr key={row.where}>
                <th scope="row">
                  {row.what}
                  <code className={tableStyles.school}>{row.where}</code>
                </th>
                <td data-label={words.about}>{row.about}</td>
                <td data-label={words.personal}>{row.personal.join(words.comma)}</td>
                <td data-label={words.kept}>{row.kept}</td>
                <td data-label={words.readers}>{row.readers.join(words.comma)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
