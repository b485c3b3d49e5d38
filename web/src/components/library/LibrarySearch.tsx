import type { RecordingChoices } from "../../api/types";
import { useWords } from "../../i18n";
import { Select } from "../Select";
import { SearchForm } from "../search/SearchForm";
import { type LibraryDraft, NOTHING } from "./search";

interface LibrarySearchProps {
  choices: RecordingChoices;
  onSearch: (draft: LibraryDraft) => void;
}

/** Narrow the library down by words, subject, school and days. */
export function LibrarySearch({ choices, onSearch }: LibrarySearchProps) {
  const words = useWords().recordings;
  return (
    <SearchForm nothing={NOTHING} textLabel={words.text} onSearch={onSearch}>
      {(draft, change) => (
        <>
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
        </>
      )}
    </SearchForm>
  );
}
