import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { codeOf, enterWithCode, isWholeCode } from "../../classroom/enter";
import { errorWords, useWords } from "../../i18n";
import { Button } from "../Button";
import { Field } from "../Field";
import styles from "./Form.module.css";

/** A short code brings a classroom PC in, without an account. */
export function PairingForm({ onPaired }: { onPaired?: (() => void) | undefined }) {
  const words = useWords();
  const [code, setCode] = useState("");
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const characters = codeOf(code);

  function submit(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    enterWithCode(characters)
      .then(onPaired)
      .catch((reason: unknown) =>
        setError(errorWords(words, reason instanceof ApiError ? reason.code : "failed")),
      )
      .finally(() => setIsBusy(false));
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <Field
        label={words.pairing.label}
        hint={words.pairing.hint}
        error={error}
        value={code}
        autoCapitalize="characters"
        autoComplete="off"
        maxLength={20}
        onChange={(event) => {
          setCode(event.target.value);
          setError(undefined);
        }}
      />
      <Button
        type="submit"
        variant="primary"
        size="large"
        isWide
        isBusy={isBusy}
        disabled={!isWholeCode(characters)}
      >
        {words.pairing.submit}
      </Button>
    </form>
  );
}
