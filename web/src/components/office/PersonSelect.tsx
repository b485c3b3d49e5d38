import { useState } from "react";
import type { Colleague } from "../../api/types";
import { useFound } from "../../hooks/useFound";
import { useWords } from "../../i18n";
import { Field } from "../Field";
import { Select } from "../Select";
import { colleagueName, OFFERED } from "./people";

interface PersonSelectProps<Person extends Colleague> {
  label: string;
  /** Whom the server offers before anything is typed. */
  people: readonly Person[];
  /** Keeps its identity. */
  find: (text: string) => Promise<readonly Person[]>;
  value: string;
  onChange: (id: string, person: Person | undefined) => void;
  /** The choice of nobody; left out: somebody is always chosen. */
  nobody?: string;
  /** Who is not offered. */
  without?: string;
  /** Beside every name; else only where two have the same one. */
  showsSchools?: boolean;
}

/** A person out of the staff: from a list, and by part of a name where there are too many for one. */
export function PersonSelect<Person extends Colleague>({
  label,
  people,
  find,
  value,
  onChange,
  nobody,
  without,
  showsSchools = false,
}: PersonSelectProps<Person>) {
  const words = useWords().find;
  const { text, setText, items } = useFound(people, find);
  const [chosen, setChosen] = useState<Person>();
  const known = [...people, ...items].find((one) => one.user_id === value) ?? chosen;
  // Whoever is chosen stays in the list, whatever is looked for.
  const offered = [...(known && !items.includes(known) ? [known] : []), ...items].filter(
    (one) => one.user_id !== without,
  );
  const isNamesake = (person: Person) =>
    offered.some((one) => one !== person && one.name === person.name);
  return (
    <>
      {people.length >= OFFERED && (
        <Field
          label={words.person}
          type="search"
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <Select
        label={label}
        value={value}
        options={[
          ...(nobody === undefined ? [] : [{ value: "", label: nobody }]),
          ...offered.map((one) => ({
            value: one.user_id,
            label: showsSchools || isNamesake(one) ? colleagueName(one) : one.name,
          })),
        ]}
        onChange={(id) => {
          const person = offered.find((one) => one.user_id === id);
          setChosen(person);
          onChange(id, person);
        }}
      />
    </>
  );
}
