import { useState } from "react";
import { getMe } from "../api/account";
import { isCountyAdmin } from "../api/roles";
import { listSchoolNames } from "../api/schools";
import { listSchoolGroups, listTerms, renameSchoolGroup, renameTerm } from "../api/terms";
import { Button, buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { formatPlainDay } from "../components/office/dates";
import { NameDialog, type Naming, Rename } from "../components/office/NameDialog";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import styles from "../components/staff/Staff.module.css";
import { GroupDialog } from "../components/terms/GroupDialog";
import { GroupSchools } from "../components/terms/GroupSchools";
import { TermDialog } from "../components/terms/TermDialog";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";
import { Link } from "../router";
import listStyles from "./Lessons.module.css";

async function load() {
  const [me, terms, groups, schools] = await Promise.all([
    getMe(),
    listTerms(),
    listSchoolGroups(),
    listSchoolNames(),
  ]);
  return { mayAdd: isCountyAdmin(me), terms, groups, schools };
}

/** The county's terms, and the groups of schools that share a plan. */
export default function Terms() {
  const { terms: words, common } = useWords();
  const { language } = useLanguage();
  const [loaded, reload] = useLoaded(load);
  const [adding, setAdding] = useState<"term" | "group" | null>(null);
  const value = loaded.state === "ready" ? loaded.value : null;
  const [naming, setNaming] = useState<Naming | null>(null);
  const saved = () => {
    setAdding(null);
    setNaming(null);
    reload();
  };
  return (
    <OfficePage
      title={words.title}
      actions={
        value?.mayAdd && (
          <>
            <Button onClick={() => setAdding("group")}>{words.addGroup}</Button>
            <Button variant="primary" icon="plus" onClick={() => setAdding("term")}>
              {words.add}
            </Button>
          </>
        )
      }
    >
      {loaded.state === "loading" && <Spinner label={common.loading} />}
      {loaded.state === "failed" && <LoadFailed error={loaded.error} onRetry={reload} />}
      {value?.terms.length === 0 && (
        <EmptyState icon="clock" title={words.emptyTitle}>
          {value.mayAdd ? words.emptyHint : words.emptyOther}
        </EmptyState>
      )}
      {value && (
        <>
          <ul className={listStyles.list}>
            {value.terms.map((term) => (
              <li key={term.term_id} className={styles.row}>
                <div className={styles.who}>
                  <strong>{term.name}</strong>
                  <span className={styles.soft}>
                    {words.span(
                      formatPlainDay(term.first_day, language),
                      formatPlainDay(term.last_day, language),
                    )}
                  </span>
                </div>
                {value.mayAdd && (
                  <Rename
                    name={term.name}
                    label={words.name}
                    save={(name) => renameTerm(term.term_id, name)}
                    onOpen={setNaming}
                  />
                )}
                <Link
                  to={`/terms/${encodeURIComponent(term.term_id)}`}
                  className={buttonClass("secondary", "small")}
                  aria-label={words.openOf(term.name)}
                >
                  {words.open}
                </Link>
              </li>
            ))}
          </ul>
          <section className={listStyles.group} aria-labelledby="groups">
            <h2 id="groups">{words.groups}</h2>
            <p>{words.groupsHint}</p>
            {value.groups.length === 0 && <p className={styles.soft}>{words.noGroups}</p>}
            <ul className={listStyles.list}>
              {value.groups.map((group) => (
                <li key={group.group_id} className={styles.row}>
                  <GroupSchools group={group} />
                  {value.mayAdd && (
                    <Rename
                      name={group.name}
                      label={words.groupName}
                      save={(name) => renameSchoolGroup(group.group_id, name)}
                      onOpen={setNaming}
                    />
                  )}
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
      {naming && <NameDialog naming={naming} onClose={() => setNaming(null)} onSaved={saved} />}
      {adding === "term" && <TermDialog onClose={() => setAdding(null)} onSaved={saved} />}
      {adding === "group" && value && (
        <GroupDialog schools={value.schools} onClose={() => setAdding(null)} onSaved={saved} />
      )}
    </OfficePage>
  );
}
