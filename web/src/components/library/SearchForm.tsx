import { type FormEvent, useState } from "react";
import type { RecordingChoices } from "../../api/types";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Field } from "../Field";
import { Select } from "../Select";
import styles from "./SearchForm.module.css";
import { areDatesWrong, isNothing, NOTHING, type SearchDraft } from "./search";

interface SearchFormProps {
  choices: RecordingChoices;
  /** Called with what to look for: on submit, and empty when the form is cleared. */
  onSearch: (draft: SearchDraft) => void;
}

/** Narrow the library down by words, subject, school and days. */
export function SearchForm({ choices, onSearch }: SearchFormProps) {
  const words = useWords().recordings;
  const [draft, setDraft] = useState(NOTHING);
  const change = (part: Partial<SearchDraft>) => setDraft((was) => ({ ...was, ...part }));
  const areWrong = areDatesWrong(draft);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!areWrong) onSearch(draft);
  }

  function clear() {
    setDraft(NOTHING);
    onSearch(NOTHING);
  }

  return (
    <form className={styles.form} aria-label={words.search} onSubmit={submit}>
      <div className={styles.text}>
        <Field
          label={words.text}
          type="search"
          value={draft.text}
          maxLength={120}
          onChange={(event) => change({ text: event.target.value })}
        />
      </div>
      <Select
        label={words.subject}
        value={draft.subject}
        options={[
          { value: "", label: words.anySubject },
          ...choices.subjects.map((subject) => ({ value: subject, label: subject })),
        ]}
        onChange={(subject) => change({ subject })}
      />
      <Select
        label={words.school}
        value={draft.schoolId}
        options={[
          { value: "", label: words.anySchool },
          ...choices.schools.map((one) => ({ value: one.school_id, label: one.name })),
        ]}
        onChange={(schoolId) => change({ schoolId })}
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
      <div className={styles.buttons}>
        <Button type="submit" variant="primary">
          {words.search}
        </Button>
        {!isNothing(draft) && <Button onClick={clear}>{words.clear}</Button>}
      </div>
    </form>
  );
}
