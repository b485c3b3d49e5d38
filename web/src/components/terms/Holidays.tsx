import { useState } from "react";
import type { NamedSchool, TermDetail } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import listStyles from "../../pages/Lessons.module.css";
import { Button } from "../Button";
import { formatPlainDay } from "../office/dates";
import styles from "../staff/Staff.module.css";
import { useToast } from "../Toast";
import { HolidayDialog, type HolidayTask } from "./HolidayDialog";

interface HolidaysProps {
  detail: TermDetail;
  schools: NamedSchool[];
  isCounty: boolean;
  onChanged: () => void;
}

/** The days off of a term; whoever adds, moves or removes one is told what became of lessons. */
export function Holidays({ detail, schools, isCounty, onChanged }: HolidaysProps) {
  const { terms: words } = useWords();
  const { language } = useLanguage();
  const toast = useToast();
  const [task, setTask] = useState<HolidayTask | null>(null);
  return (
    <section className={listStyles.group} aria-labelledby="holidays">
      <h2 id="holidays">{words.holidays}</h2>
      <p>{words.holidaysHint}</p>
      <div>
        <Button icon="plus" onClick={() => setTask({ kind: "add" })}>
          {words.addHoliday}
        </Button>
      </div>
      {detail.holidays.length === 0 && <p className={styles.soft}>{words.noHolidays}</p>}
      <ul className={listStyles.list}>
        {detail.holidays.map((holiday) => (
          <li key={holiday.holiday_id} className={styles.row}>
            <div className={styles.who}>
              <strong>{holiday.name}</strong>
              <span className={styles.soft}>
                {formatPlainDay(holiday.day, language)} · {holiday.school_name ?? words.wholeCounty}
              </span>
            </div>
            {(isCounty || holiday.school_id !== null) && (
              <div className={styles.buttons}>
                <Button
                  size="small"
                  aria-label={words.moveOf(holiday.name)}
                  onClick={() => setTask({ kind: "move", holiday })}
                >
                  {words.move}
                </Button>
                <Button
                  size="small"
                  variant="quiet"
                  aria-label={words.removeOf(holiday.name)}
                  onClick={() => setTask({ kind: "remove", holiday })}
                >
                  {words.remove}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {task && (
        <HolidayDialog
          task={task}
          term={detail.term}
          schools={schools}
          mayBeOfAll={isCounty}
          onClose={() => setTask(null)}
          onDone={(done) => {
            setTask(null);
            toast(words.followed(done.added, done.cancelled, done.restored, done.reseated));
            onChanged();
          }}
        />
      )}
    </section>
  );
}
