import { useCallback } from "react";
import { getMe } from "../api/account";
import { isCountyAdmin } from "../api/roles";
import { listSchoolNames } from "../api/schools";
import { getTerm } from "../api/terms";
import { buttonClass } from "../components/Button";
import { formatPlainDay } from "../components/office/dates";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import styles from "../components/staff/Staff.module.css";
import { GroupSchools } from "../components/terms/GroupSchools";
import { Holidays } from "../components/terms/Holidays";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";
import { Link } from "../router";
import listStyles from "./Lessons.module.css";

/** One term: the groups with their plans, and the days off. */
export default function Term({ params }: { params: Record<string, string> }) {
  const { terms: words, common } = useWords();
  const { language } = useLanguage();
  const id = params.id ?? "";
  const load = useCallback(async () => {
    const [me, detail, schools] = await Promise.all([getMe(), getTerm(id), listSchoolNames()]);
    return { isCounty: isCountyAdmin(me), detail, schools };
  }, [id]);
  const [loaded, reload] = useLoaded(load);
  const value = loaded.state === "ready" ? loaded.value : null;
  return (
    <OfficePage title={value?.detail.term.name ?? words.title} back="/terms">
      {loaded.state === "loading" && <Spinner label={common.loading} />}
      {loaded.state === "failed" && <LoadFailed error={loaded.error} onRetry={reload} />}
      {value && (
        <>
          <p>
            {words.span(
              formatPlainDay(value.detail.term.first_day, language),
              formatPlainDay(value.detail.term.last_day, language),
            )}
          </p>
          <section className={listStyles.group} aria-labelledby="groups">
            <h2 id="groups">{words.groups}</h2>
            {value.detail.groups.length === 0 && <p className={styles.soft}>{words.noGroups}</p>}
            <ul className={listStyles.list}>
              {value.detail.groups.map(({ group, courses }) => (
                <li key={group.group_id} className={styles.row}>
                  <GroupSchools group={group} />
                  <span className={styles.soft}>{words.courses(courses)}</span>
                  <Link
                    to={`/terms/${encodeURIComponent(id)}/groups/${encodeURIComponent(group.group_id)}`}
                    className={buttonClass("primary", "small")}
                    aria-label={words.planOf(group.name)}
                  >
                    {words.plan}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
          <Holidays {...value} onChanged={reload} />
        </>
      )}
    </OfficePage>
  );
}
