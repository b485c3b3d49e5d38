import { useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { formatBytes } from "../../lesson/format";
import styles from "./DataUsed.module.css";

/** What this lesson has cost the school's data plan so far. */
export function DataUsed() {
  const { classroom } = useWords();
  const { dataUsedBytes } = useRoom();
  if (dataUsedBytes === null) return null;
  return (
    <span className={styles.used} title={classroom.dataUsedHint}>
      {classroom.dataUsed(formatBytes(dataUsedBytes))}
    </span>
  );
}
