import { type FormEvent, useState } from "react";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Field } from "../Field";
import searchStyles from "../library/SearchForm.module.css";
import { areDatesWrong, startOf } from "../library/search";
import { Select } from "../Select";

/** What a log is narrowed down to, as its endpoint takes it. */
export interface LogQuery<Action extends string> {
  by?: string;
  action?: Action;
  from?: string;
  to?: string;
}

interface Draft<Action extends string> {
  by: string;
  action: Action | "";
  fromDay: string;
  toDay: string;
}

interface LogSearchProps<Action extends string> {
  /** Every action with its words. */
  actions: Readonly<Record<Action, string>>;
  onSearch: (query: LogQuery<Action>) => void;
}

const NOTHING = { by: "", action: "", fromDay: "", toDay: "" } as const;

function queryOf<Action extends string>(draft: Draft<Action>): LogQuery<Action> {
  const { by, action, fromDay, toDay } = draft;
  return {
    ...(by.trim() && { by: by.trim() }),
    ...(action && { action }),
    ...(fromDay && { from: startOf(fromDay, 0) }),
    ...(toDay && { to: startOf(toDay, 1) }),
  };
}

/** Narrow a log down by who, what and when. */
export function LogSearch<Action extends string>({ actions, onSearch }: LogSearchProps<Action>) {
  const words = useWords().audit;
  const [draft, setDraft] = useState<Draft<Action>>(NOTHING);
  const change = (part: Partial<Draft<Action>>) => setDraft((was) => ({ ...was, ...part }));
  const areWrong = areDatesWrong(draft);
  const options = Object.entries<string>(actions).map(([value, label]) => ({ value, label }));

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!areWrong) onSearch(queryOf(draft));
  }

  return (
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
        options={[{ value: "", label: words.anything }, ...options]}
        onChange={(action) => change({ action: action as Action | "" })}
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
              onSearch({});
            }}
          >
            {words.clear}
          </Button>
        )}
      </div>
    </form>
  );
}
