import { type FormEvent, useState } from "react";
import { ApiError } from "../api/client";
import { Button } from "./Button";
import { Field } from "./Field";
import styles from "./office/Form.module.css";

interface CodeFormProps {
  label: string;
  hint: string;
  submit: string;
  /** The characters that count in what somebody typed. */
  codeOf: (typed: string) => string;
  isWhole: (code: string) => boolean;
  enter: (code: string) => Promise<void>;
  /** What to do about a refusal, by its stable code. */
  refusalOf: (code: string) => string;
  inputMode?: "numeric" | "text";
}

/** A short code, typed by hand, that lets this device in. */
export function CodeForm(props: CodeFormProps) {
  const { label, hint, submit, codeOf, isWhole, enter, refusalOf, inputMode = "text" } = props;
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const code = codeOf(typed);

  function send(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    enter(code)
      .catch((reason: unknown) =>
        setError(refusalOf(reason instanceof ApiError ? reason.code : "failed")),
      )
      .finally(() => setIsBusy(false));
  }

  return (
    <form className={styles.form} onSubmit={send}>
      <Field
        label={label}
        hint={hint}
        error={error}
        value={typed}
        inputMode={inputMode}
        autoCapitalize="characters"
        autoComplete="off"
        maxLength={20}
        onChange={(event) => {
          setTyped(event.target.value);
          setError(undefined);
        }}
      />
      <Button
        type="submit"
        variant="primary"
        size="large"
        isWide
        isBusy={isBusy}
        disabled={!isWhole(code)}
      >
        {submit}
      </Button>
    </form>
  );
}
