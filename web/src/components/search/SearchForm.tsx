import { type FormEvent, type ReactNode, useState } from "react";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Field } from "../Field";
import { areDaysWrong, isNothing, type SearchDraft } from "./draft";
import styles from "./SearchForm.module.css";

interface SearchFormProps<Draft extends SearchDraft> {
  /** What stands in the form while nothing is looked for. */
  nothing: Draft;
  /** Whose text is searched. */
  textLabel: string;
  /** Further fields, between the text and the days. */
  children?: (draft: Draft, change: (part: Partial<Draft>) => void) => ReactNode;
  /** Called with what to look for: on submit, and with nothing when the form is cleared. */
  onSearch: (draft: Draft) => void;
}

/** Narrow a list down by a text and by days. */
export function SearchForm<Draft extends SearchDraft>(props: SearchFormProps<Draft>) {
  const { nothing, textLabel, children, onSearch } = props;
  const words = useWords().search;
  const [draft, setDraft] = useState(nothing);
  const change = (part: Partial<Draft>) => setDraft((was) => ({ ...was, ...part }));
  const changeBase = (part: Partial<SearchDraft>) => setDraft((was) => ({ ...was, ...part }));
  const areWrong = areDaysWrong(draft);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!areWrong) onSearch({ ...draft, text: draft.text.trim() });
  }

  function clear() {
    setDraft(nothing);
    onSearch(nothing);
  }

  return (
    <form className={styles.form} aria-label={words.search} onSubmit={submit}>
      <div className={styles.text}>
        <Field
          label={textLabel}
          type="search"
          value={draft.text}
          maxLength={120}
          onChange={(event) => changeBase({ text: event.target.value })}
        />
      </div>
      {children?.(draft, change)}
      <Field
        label={words.from}
        type="date"
        value={draft.fromDay}
        onChange={(event) => changeBase({ fromDay: event.target.value })}
      />
      <Field
        label={words.to}
        type="date"
        value={draft.toDay}
        error={areWrong ? words.daysWrong : undefined}
        onChange={(event) => changeBase({ toDay: event.target.value })}
      />
      <div className={styles.buttons}>
        <Button type="submit" variant="primary">
          {words.search}
        </Button>
        {!isNothing(draft) && <Button onClick={clear}>{words.clear}</Button>}
      </div>
    </form>
  );
}
