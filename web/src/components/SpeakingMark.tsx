import { useWords } from "../i18n";
import { classes } from "./classes";
import { Icon } from "./Icon";
import styles from "./SpeakingMark.module.css";

/**
 * Somebody speaks here: a sign, and a word for who reads the screen aloud, said only when it is looked for. Its place
 * is kept while nobody speaks, so that names stand still.
 */
export function SpeakingMark({ isSpeaking }: { isSpeaking: boolean }) {
  const words = useWords();
  return (
    <span className={classes(styles.mark, isSpeaking && styles.on)} data-speaking={isSpeaking}>
      <Icon name="speaker" size={18} />
      {isSpeaking && <span className="visually-hidden">{words.lesson.speaking}</span>}
    </span>
  );
}
