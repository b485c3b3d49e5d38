import type { ReactNode } from "react";
import tableStyles from "../office/AttendanceTable.module.css";
import styles from "./Server.module.css";

interface FactsProps {
  title: string;
  facts: readonly (readonly [name: string, value: ReactNode])[];
}

/** A heading, and names with what is known of them. */
export function Facts({ title, facts }: FactsProps) {
  return (
    <section className={styles.section}>
      <h2>{title}</h2>
      <div className={tableStyles.frame}>
        <table className={`${tableStyles.table} ${styles.facts}`}>
          <tbody>
            {facts.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
