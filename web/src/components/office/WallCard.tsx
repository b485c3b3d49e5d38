import type { ClassroomPcs, PcCode } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Icon, type IconName } from "../Icon";
import { QrCode } from "../QrCode";
import { formatDay } from "./dates";
import styles from "./WallCard.module.css";

/** One sheet of A4 for the classroom's wall: how its PC comes in, and what to press when something is the matter. */
export function WallCard({ classroom, code }: { classroom: ClassroomPcs; code: PcCode }) {
  const words = useWords().wallCard;
  const { language } = useLanguage();
  const typed = code.code.toUpperCase().replace(/(.{4})(?=.)/g, "$1-");
  return (
    <article className={styles.card} aria-label={words.title}>
      <header className={styles.head}>
        <img src="/icon.svg" alt="" width={56} height={56} />
        <div>
          <h2>{words.title}</h2>
          <p className={styles.name}>
            {classroom.school_name} {classroom.name}
          </p>
        </div>
      </header>
      <section className={styles.pairing}>
        <QrCode text={code.url} label={words.qr} className={styles.qr} />
        <div>
          <h3>{words.onceTitle}</h3>
          <p>{words.once(code.url.replace(/#.*/, ""))}</p>
          <p className={styles.code}>{typed}</p>
          <p>{words.until(formatDay(code.expires_at, language))}</p>
        </div>
      </section>
      <section>
        <h3>{words.everyTitle}</h3>
        <ul className={styles.steps}>
          {words.every.map(([icon, text]) => (
            <Line key={text} icon={icon} text={text} />
          ))}
        </ul>
      </section>
      <section>
        <h3>{words.whenTitle}</h3>
        <table className={styles.when}>
          <tbody>
            {words.when.map(([icon, what, todo]) => (
              <tr key={what}>
                <th scope="row">
                  <span className={styles.what}>
                    <Icon name={icon} size={28} />
                    {what}
                  </span>
                </th>
                <td>{todo}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={styles.help}>{words.help}</p>
    </article>
  );
}

function Line({ icon, text }: { icon: IconName; text: string }) {
  return (
    <li>
      <Icon name={icon} size={40} />
      <span>{text}</span>
    </li>
  );
}
