import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { enterAsConsole } from "../../api/endpoints";
import { type Dictionary, errorWords, useWords } from "../../i18n";
import { navigate } from "../../router";
import { storeConsoleTicket } from "../../signaling/consoleTicket";
import { Button } from "../Button";
import { Field } from "../Field";
import styles from "../office/Form.module.css";

/** Redeem the digits on the classroom's screen, once, and go to the console. */
export async function enterWithConsoleCode(code: string): Promise<void> {
  const ticket = await enterAsConsole(code);
  storeConsoleTicket(ticket);
  navigate(`/lessons/${encodeURIComponent(ticket.lesson_id)}/console`, { replace: true });
}

/** What to do about a refused code; it came from the classroom's PC, and not from the lead teacher. */
export function codeRefusal(words: Dictionary, code: string): string {
  const known: Record<string, string> = words.console.codeRefusals;
  return known[code] ?? errorWords(words, code);
}

/** For a phone whose camera does not read the picture. */
export function ConsoleCodeForm() {
  const words = useWords();
  const [code, setCode] = useState("");
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const digits = code.replace(/\D/g, "");

  function submit(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    enterWithConsoleCode(digits)
      .catch((reason: unknown) =>
        setError(codeRefusal(words, reason instanceof ApiError ? reason.code : "failed")),
      )
      .finally(() => setIsBusy(false));
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <Field
        label={words.console.codeLabel}
        hint={words.console.codeHint}
        error={error}
        value={code}
        inputMode="numeric"
        autoComplete="off"
        maxLength={12}
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
        disabled={digits.length !== 8}
      >
        {words.console.connect}
      </Button>
    </form>
  );
}
