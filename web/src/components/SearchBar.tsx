import { type FormEvent, useState } from "react";
import { useWords } from "../i18n";
import { Button } from "./Button";
import { Field } from "./Field";
import styles from "./staff/Staff.module.css";

const MAX_CHARS = 100;

interface SearchBarProps {
  label: string;
  /** What counts: on Enter, or when the button is pressed. */
  onSearch: (text: string) => void;
}

/** Looks for something in a list that comes page by page. */
export function SearchBar({ label, onSearch }: SearchBarProps) {
  const words = useWords().find;
  const [text, setText] = useState("");

  function search(event: FormEvent) {
    event.preventDefault();
    onSearch(text.trim());
  }

  return (
    <form className={styles.search} aria-label={words.submit} onSubmit={search}>
      <Field
        label={label}
        type="search"
        value={text}
        maxLength={MAX_CHARS}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">{words.submit}</Button>
    </form>
  );
}
