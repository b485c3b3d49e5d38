import { useLanguage, useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { observersOf } from "../../room/selectors";
import styles from "./Observers.module.css";

/** Nobody watches a classroom unseen: every console names who observes, and from which office. */
export function Observers() {
  const words = useWords();
  const { language } = useLanguage();
  const observers = observersOf(useRoom());
  if (observers.length === 0) return null;
  const names = observers.map(({ name, school }) => (school ? `${name} · ${school}` : name));
  const list = new Intl.ListFormat(language).format(names);
  return <p className={styles.observers}>{words.lesson.observer(list)}</p>;
}
