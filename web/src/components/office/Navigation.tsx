import { useId } from "react";
import type { Me } from "../../api/types";
import { useWords } from "../../i18n";
import { Link, usePath } from "../../router";
import styles from "./Navigation.module.css";
import { currentOf, groupsFor } from "./navigation";

interface NavigationProps {
  me: Me;
  /** A link was followed, to wherever. */
  onFollow: () => void;
}

/** Who is signed in, and the office's pages for this person, in groups. */
export function Navigation({ me, onFollow }: NavigationProps) {
  const words = useWords();
  const path = usePath();
  const groups = groupsFor(me);
  const headingId = useId();
  if (groups.length === 0) return null;
  return (
    <nav className={styles.navigation} aria-label={words.navigation.title}>
      <p className={styles.who}>
        <strong>{me.name}</strong>
        <span>{me.school?.name ?? words.navigation.county}</span>
      </p>
      {groups.map(({ title, entries }, index) => (
        <div key={title(words)} className={styles.group}>
          <p id={`${headingId}${index}`}>{title(words)}</p>
          <ul aria-labelledby={`${headingId}${index}`}>
            {entries.map((entry) => (
              <li key={entry.to}>
                <Link
                  to={entry.to}
                  className={styles.link}
                  aria-current={currentOf(entry, path)}
                  onClick={onFollow}
                >
                  {entry.label(words)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
