import { useEffect, useState } from "react";
import { useWords } from "../../i18n";
import type { Heads } from "../../rollcall/marks";
import { Button } from "../Button";
import { Field } from "../Field";
import styles from "./RollCall.module.css";

const MOST = 200;

interface HeadCountProps {
  heads: Heads;
  /** Null: count the marks. */
  onType: (count: number | null) => void;
}

/** The number of pupils, typed or counted up; where there is no roster it is the whole roll call. */
export function HeadCount({ heads, onType }: HeadCountProps) {
  const words = useWords().rollCall;
  const shown = heads.count === null ? "" : String(heads.count);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const isValid = text === "" || (/^\d{1,3}$/.test(text) && Number(text) <= MOST);

  const type = (value: string) => {
    setText(value);
    if (value === "") onType(null);
    else if (/^\d{1,3}$/.test(value) && Number(value) <= MOST) onType(Number(value));
  };
  const step = (by: number) => onType(Math.min(MOST, Math.max(0, (heads.count ?? 0) + by)));

  return (
    <div className={styles.count}>
      <Button aria-label={words.countLess} onClick={() => step(-1)}>
        −
      </Button>
      <Field
        label={words.count}
        hint={words.countHint}
        error={isValid ? undefined : words.countInvalid}
        inputMode="numeric"
        value={text}
        onChange={(event) => type(event.target.value)}
      />
      <Button aria-label={words.countOne} onClick={() => step(1)}>
        ＋
      </Button>
      {heads.typed !== null && heads.byMarks !== null && (
        <Button variant="quiet" className={styles.byMarks} onClick={() => onType(null)}>
          {words.byMarks}
        </Button>
      )}
    </div>
  );
}
