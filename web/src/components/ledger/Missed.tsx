import type { Cause } from "../../api/types";
import { useWords } from "../../i18n";
import { causesWithTime } from "../../ledger/causes";
import { inMinutes } from "../../ledger/filter";
import styles from "./Ledger.module.css";

/** Why time is missing: the largest cause first. */
export function Missed({ missed }: { missed: Readonly<Record<Cause, number>> }) {
  const words = useWords().ledger;
  const causes = causesWithTime(missed);
  if (causes.length === 0) return <>—</>;
  return (
    <ul className={styles.causes}>
      {causes.map((cause) => (
        <li key={cause}>{words.causeFor(words.causes[cause], inMinutes(missed[cause]))}</li>
      ))}
    </ul>
  );
}
