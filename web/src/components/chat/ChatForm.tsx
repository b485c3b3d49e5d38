import { type FormEvent, useState } from "react";
import type { ChatSend } from "../../generated/signaling";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { usePlace } from "../../lesson/context";
import { Button } from "../Button";
import styles from "./ChatForm.module.css";

const MAX_CHARACTERS = 300;

/** One line to whom `to` says. A line that was refused stays to be sent again. */
export function ChatForm({ to }: { to: Pick<ChatSend, "audience" | "participant_id"> }) {
  const { chat: words } = useWords();
  const place = usePlace();
  const [text, setText] = useState("");
  const [run, isBusy] = useAction();

  function submit(event: FormEvent) {
    event.preventDefault();
    const line = text.trim();
    if (!line) return;
    run(async () => {
      await place.request({ type: "chat.send", ...to, text: line });
      setText("");
    });
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <input
        value={text}
        maxLength={MAX_CHARACTERS}
        aria-label={words.write}
        placeholder={words.write}
        autoComplete="off"
        enterKeyHint="send"
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" variant="primary" disabled={!text.trim()} isBusy={isBusy}>
        {words.send}
      </Button>
    </form>
  );
}
