import { useRef, useState } from "react";
import { ApiError } from "../../api/client";
import type { Decks } from "../../api/types";
import { errorWords, useWords } from "../../i18n";
import { ACCEPTED, refusalOf, uploadDeck } from "../../slides/upload";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { PdfGuide } from "./PdfGuide";
import styles from "./UploadDeck.module.css";

interface UploadDeckProps {
  lessonId: string;
  list: Decks;
  onUploaded: () => void;
}

interface Sending {
  name: string;
  /** How much is sent, 0..1. */
  share: number;
}

interface Refusal {
  name: string;
  code: string;
}

/** Brings files, one after the other, and says of each that was not taken why, and what to do. */
export function UploadDeck({ lessonId, list, onUploaded }: UploadDeckProps) {
  const words = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const [refused, setRefused] = useState<Refusal | null>(null);

  async function send(file: File): Promise<string | null> {
    const code = refusalOf(file, list);
    if (code !== null) return code;
    setSending({ name: file.name, share: 0 });
    try {
      await uploadDeck(lessonId, file, (share) => setSending({ name: file.name, share }));
      onUploaded();
      return null;
    } catch (error) {
      return error instanceof ApiError ? error.code : "failed";
    }
  }

  async function sendAll(files: readonly File[]) {
    setRefused(null);
    for (const file of files) {
      const code = await send(file);
      if (code !== null) setRefused({ name: file.name, code });
    }
    setSending(null);
  }

  return (
    <div className={styles.upload}>
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        multiple
        hidden
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // So that the same file can be chosen again.
          currentTarget.value = "";
          void sendAll(files);
        }}
      />
      <div className={styles.row}>
        <Button icon="upload" isBusy={sending !== null} onClick={() => input.current?.click()}>
          {words.slides.upload}
        </Button>
        <span className={styles.hint}>
          {words.slides.kinds(list.accepts_pptx, Math.floor(list.max_bytes / 1024 / 1024))}
        </span>
      </div>
      {sending && (
        <p className={styles.sending}>
          <progress value={sending.share} max={1} aria-label={words.slides.sending(sending.name)} />
          <span>{words.slides.sent(sending.name, Math.floor(sending.share * 100))}</span>
        </p>
      )}
      {refused && (
        <Banner tone="warn" title={words.slides.notTaken(refused.name)}>
          <p>{errorWords(words, refused.code)}</p>
          {refused.code === "pptx_unsupported" && <PdfGuide />}
        </Banner>
      )}
    </div>
  );
}
