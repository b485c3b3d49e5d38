import { useCallback, useState } from "react";
import { listClassrooms } from "../../api/schools";
import type { ClassroomRow } from "../../api/types";
import { useFound } from "../../hooks/useFound";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import { Field } from "../Field";
import { Select } from "../Select";

const LISTED = 100;
const NONE: readonly ClassroomRow[] = [];

interface ClassroomSelectProps {
  /** Of this school; empty: of all. Give the component a key for another one. */
  schoolId: string;
  value: string;
  onChange: (classroomId: string) => void;
}

/** One classroom or all of them: from a list, and by name where there are too many for one. */
export function ClassroomSelect({ schoolId, value, onChange }: ClassroomSelectProps) {
  const words = useWords();
  const list = useCallback(
    (text: string) =>
      listClassrooms({ text, limit: LISTED, ...(schoolId && { school_id: schoolId }) }),
    [schoolId],
  );
  const [first] = useLoaded(useCallback(() => list(""), [list]));
  const find = useCallback(async (text: string) => (await list(text)).items, [list]);
  const begun = first.state === "ready" ? first.value.items : NONE;
  const { text, setText, items } = useFound(begun, find);
  const [chosen, setChosen] = useState<ClassroomRow>();
  // Whichever is chosen stays in the list, whatever is looked for.
  const isListed = items.some((one) => one.classroom_id === value);
  const offered = chosen && value && !isListed ? [chosen, ...items] : items;
  return (
    <>
      {first.state === "ready" && first.value.next !== null && (
        <Field
          label={words.find.classroom}
          type="search"
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <Select
        label={words.ledger.classroom}
        value={value}
        options={[
          { value: "", label: words.ledger.all },
          ...offered.map((one) => ({
            value: one.classroom_id,
            label: `${one.school_name} ${one.name}`,
          })),
        ]}
        onChange={(id) => {
          setChosen(offered.find((one) => one.classroom_id === id));
          onChange(id);
        }}
      />
    </>
  );
}
