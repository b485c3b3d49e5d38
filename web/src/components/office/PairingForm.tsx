import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { pair } from "../../api/endpoints";
import { errorWords, useWords } from "../../i18n";
import { navigate } from "../../router";
import { storeTicket } from "../../signaling/ticket";
import { Button } from "../Button";
import { Field } from "../Field";
import styles from "./Form.module.css";

/** Redeem a pairing code and go to the door of its seat. */
export async function enterWithCode(code: string): Promise<void> {
  const ticket = await pair(code);
  storeTicket(ticket);
  navigate(
    `/lessons/${encodeURIComponent(ticket.lesson_id)}/join?seat=${encodeURIComponent(ticket.participant_id)}`,
    { replace: true },
  );
}

/** Eight digits bring a classroom PC in, without an account. */
export function PairingForm() {
  const words = useWords();
  const [code, setCode] = useState("");
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const digits = code.replace(/\D/g, "");

  function submit(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    enterWithCode(digits)
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
        {words.pairing.submit}
      </Button>
    </form>
  );
}
