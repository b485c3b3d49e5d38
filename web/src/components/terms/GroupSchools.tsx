import type { SchoolGroup } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import styles from "../staff/Staff.module.css";

/** A group by its name, and its schools with what each is in it. */
export function GroupSchools({ group }: { group: SchoolGroup }) {
  const { terms: words } = useWords();
  const { language } = useLanguage();
  const schools = group.schools.map((one) => words.schoolOf(words.kinds[one.kind], one.name));
  return (
    <div className={styles.who}>
      <strong>{group.name}</strong>
      <span className={styles.soft}>{schools.join(language === "en" ? ", " : "，")}</span>
    </div>
  );
}
