import type { ServerStorage } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatBytes } from "../../lesson/format";
import tableStyles from "../office/AttendanceTable.module.css";
import { formatPlainDay } from "../office/dates";
import { Facts } from "./Facts";
import styles from "./Server.module.css";

/** Room on the disk and in the store: now, and month by month as far as lessons are planned. */
export function StorageFacts({ storage }: { storage: ServerStorage }) {
  const { server: words } = useWords();
  const size = formatBytes(storage.held_bytes);
  return (
    <>
      <Facts
        title={words.storage}
        facts={[
          [
            words.disk,
            words.diskFree(formatBytes(storage.free_bytes), formatBytes(storage.total_bytes)),
          ],
          [words.held, storage.place === "cloud" ? words.inCloud(size) : words.onDisk(size)],
          [words.ahead, <Ahead key="ahead" storage={storage} />],
          [words.basis, <Basis key="basis" storage={storage} />],
        ]}
      />
      {storage.months.length > 0 && <Months months={storage.months} />}
    </>
  );
}

function Ahead({ storage: { full_on, planned_until } }: { storage: ServerStorage }) {
  const { server: words } = useWords();
  const { language } = useLanguage();
  if (full_on !== null) return <strong>{words.fullOn(formatPlainDay(full_on, language))}</strong>;
  if (planned_until === null) return words.nothingPlanned;
  return words.enough(formatPlainDay(planned_until, language));
}

function Basis({ storage: { rates } }: { storage: ServerStorage }) {
  const { server: words } = useWords();
  const anHour = (rate: number) => formatBytes(rate * 60);
  return (
    <>
      {rates.measured_minutes > 0
        ? words.measured((rates.measured_minutes / 60).toFixed(1))
        : words.assumed}
      <div className={styles.soft}>
        {words.perHour(anHour(rates.lead), anHour(rates.classroom))}
        {rates.film > 0 && ` · ${words.films(anHour(rates.film))}`}
      </div>
      <div className={styles.soft}>{words.kept}</div>
    </>
  );
}

function Months({ months }: { months: ServerStorage["months"] }) {
  const { server: words } = useWords();
  const { language } = useLanguage();
  return (
    <div className={tableStyles.frame}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">{words.month}</th>
            <th scope="col">{words.hours}</th>
            <th scope="col">{words.added}</th>
            <th scope="col">{words.most}</th>
          </tr>
        </thead>
        <tbody>
          {months.map((month) => (
            <tr key={month.first_day}>
              <th scope="row">{monthName(month.first_day, language)}</th>
              <td data-label={words.hours}>{words.hoursOf((month.minutes / 60).toFixed(1))}</td>
              <td data-label={words.added}>{formatBytes(month.added_bytes)}</td>
              <td data-label={words.most}>{formatBytes(month.most_bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function monthName(day: string, language: string): string {
  return new Date(`${day}T12:00`).toLocaleDateString(language, { year: "numeric", month: "long" });
}
