import { type FormEvent, useState } from "react";
import { addHoliday, moveHoliday, removeHoliday } from "../../api/terms";
import type { Followed, Holiday, NamedSchool, Term } from "../../api/types";
import { useClashAction } from "../../hooks/useClashAction";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import styles from "../office/Form.module.css";
import { Select } from "../Select";

/** A day off that is added, or one that is moved or removed. */
export type HolidayTask =
  | { kind: "add" }
  | { kind: "move"; holiday: Holiday }
  | { kind: "remove"; holiday: Holiday };

interface HolidayDialogProps {
  task: HolidayTask;
  term: Term;
  /** Whose day off it may be. */
  schools: NamedSchool[];
  mayBeOfAll: boolean;
  onClose: () => void;
  onDone: (followed: Followed) => void;
}

const EVERYWHERE = "";

export function HolidayDialog(props: HolidayDialogProps) {
  const { task, term, schools, mayBeOfAll, onClose, onDone } = props;
  const { terms: words } = useWords();
  const known = task.kind === "add" ? null : task.holiday;
  const [name, setName] = useState(known?.name ?? "");
  const [day, setDay] = useState(known?.day ?? "");
  const [school, setSchool] = useState(mayBeOfAll ? EVERYWHERE : (schools[0]?.school_id ?? ""));
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy, refusal] = useClashAction();
  const title = {
    add: words.addHoliday,
    move: words.moveOf(known?.name ?? ""),
    remove: words.removeOf(known?.name ?? ""),
  }[task.kind];

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (!name.trim() || !day) return;
    run(async () => onDone(await send(task, { name: name.trim(), day, school }, term)));
  }

  const options = schools.map((one) => ({ value: one.school_id, label: one.name }));
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <Button type="submit" form="holiday-form" variant="primary" isBusy={isBusy}>
          {task.kind === "remove" ? words.remove : words.save}
        </Button>
      }
    >
      <form id="holiday-form" className={styles.form} onSubmit={submit} noValidate>
        {refusal && <Banner tone="live" title={refusal} />}
        {task.kind === "remove" ? (
          <p>{words.removeHint}</p>
        ) : (
          <>
            {task.kind === "add" && (
              <Select
                label={words.holidaySchool}
                value={school}
                options={
                  mayBeOfAll
                    ? [{ value: EVERYWHERE, label: words.wholeCounty }, ...options]
                    : options
                }
                onChange={setSchool}
              />
            )}
            <Field
              label={words.holidayName}
              hint={words.holidayNameHint}
              value={name}
              maxLength={120}
              error={wasTried && !name.trim() ? words.needName : undefined}
              onChange={(event) => setName(event.target.value)}
            />
            <Field
              label={words.holidayDay}
              type="date"
              min={term.first_day}
              max={term.last_day}
              value={day}
              error={wasTried && !day ? words.needDays : undefined}
              onChange={(event) => setDay(event.target.value)}
            />
          </>
        )}
      </form>
    </Dialog>
  );
}

function send(
  task: HolidayTask,
  { name, day, school }: { name: string; day: string; school: string },
  term: Term,
): Promise<Followed> {
  switch (task.kind) {
    case "add":
      return addHoliday(term.term_id, { school_id: school || null, day, name });
    case "move":
      return moveHoliday(task.holiday.holiday_id, day, name);
    case "remove":
      return removeHoliday(task.holiday.holiday_id);
  }
}
