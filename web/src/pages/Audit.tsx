import { type FormEvent, useState } from "react";
import type { AuditAction, AuditQuery } from "../api/types";
import { Button } from "../components/Button";
import { Field } from "../components/Field";
import searchStyles from "../components/library/SearchForm.module.css";
import { OfficePage } from "../components/office/OfficePage";
import { Select } from "../components/Select";
import { AuditList } from "../components/staff/AuditList";
import { useWords } from "../i18n";

interface Draft {
  by: string;
  action: AuditAction | "";
  fromDay: string;
  toDay: string;
}

const NOTHING: Draft = { by: "", action: "", fromDay: "", toDay: "" };
const DAY_MS = 86_400_000;

/** Midnight here at the beginning of a day as `<input type="date">` gives it. */
const midnight = (day: string) => new Date(`${day}T00:00`);

function queryOf({ by, action, fromDay, toDay }: Draft): AuditQuery {
  return {
    ...(by.trim() && { by: by.trim() }),
    ...(action && { action }),
    ...(fromDay && { from: midnight(fromDay).toISOString() }),
    ...(toDay && { to: new Date(midnight(toDay).getTime() + DAY_MS).toISOString() }),
  };
}

/** What admins changed: all of the county for its admins, what concerns a school for the school's. */
export default function Audit() {
  const words = useWords().audit;
  const [draft, setDraft] = useState(NOTHING);
  const [query, setQuery] = useState<AuditQuery>({});
  const change = (part: Partial<Draft>) => setDraft((was) => ({ ...was, ...part }));
  const areWrong = draft.fromDay !== "" && draft.toDay !== "" && draft.fromDay > draft.toDay;
  const actions = Object.entries(words.actions).map(([value, label]) => ({ value, label }));

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!areWrong) setQuery(queryOf(draft));
  }

  return (
    <OfficePage title={words.title} back="/lessons">
      <form className={searchStyles.form} aria-label={words.search} onSubmit={submit}>
        <div className={searchStyles.text}>
          <Field
            label={words.byName}
            type="search"
            value={draft.by}
            maxLength={120}
            onChange={(event) => change({ by: event.target.value })}
          />
        </div>
        <Select
          label={words.what}
          value={draft.action}
          options={[{ value: "", label: words.anything }, ...actions]}
          onChange={(action) => change({ action: action as AuditAction | "" })}
        />
        <Field
          label={words.from}
          type="date"
          value={draft.fromDay}
          onChange={(event) => change({ fromDay: event.target.value })}
        />
        <Field
          label={words.to}
          type="date"
          value={draft.toDay}
          error={areWrong ? words.datesWrong : undefined}
          onChange={(event) => change({ toDay: event.target.value })}
        />
        <div className={searchStyles.buttons}>
          <Button type="submit" variant="primary">
            {words.search}
          </Button>
          {draft !== NOTHING && (
            <Button
              onClick={() => {
                setDraft(NOTHING);
                setQuery({});
              }}
            >
              {words.clear}
            </Button>
          )}
        </div>
      </form>
      <AuditList key={JSON.stringify(query)} query={query} />
    </OfficePage>
  );
}
