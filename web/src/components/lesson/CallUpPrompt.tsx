import { useCallback, useEffect, useRef } from "react";
import { useAction } from "../../hooks/useAction";
import { useNow } from "../../hooks/useNow";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";
import styles from "./CallUpPrompt.module.css";

/** Large keys, and what a USB presenter sends. A focused button answers Enter and Space by itself. */
const ACCEPT_KEYS: ReadonlySet<string> = new Set([
  "Enter",
  " ",
  "PageDown",
  "PageUp",
  "ArrowRight",
  "ArrowDown",
]);

/** "The lead calls you up": across the whole window, until somebody answers or it expires. */
export function CallUpPrompt() {
  const place = ownPlace(useRoom());
  if (place?.place !== "called") return null;
  return <Prompt expiresMs={place.call_expires_ms} />;
}

function Prompt({ expiresMs }: { expiresMs: number | null }) {
  const words = useWords();
  const session = useSession();
  const now = useNow(session.signaling.clockOffsetMs);
  const acceptButton = useRef<HTMLButtonElement>(null);
  const [run, isBusy] = useAction();
  const accept = useCallback(
    () => run(() => session.request({ type: "callup.accept" })),
    [run, session],
  );

  useEffect(() => {
    // Whoever is typing would accept with the next space.
    const isTyping = document.activeElement instanceof HTMLInputElement;
    if (!isTyping) acceptButton.current?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (!ACCEPT_KEYS.has(event.key) || event.repeat) return;
      if (event.target instanceof HTMLInputElement) return;
      const isButtonsOwn = event.key === "Enter" || event.key === " ";
      if (isButtonsOwn && event.target instanceof HTMLButtonElement) return;
      event.preventDefault();
      accept();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [accept]);

  return (
    <div
      className={styles.prompt}
      role="alertdialog"
      aria-labelledby="call-title"
      aria-describedby="call-hint"
      aria-live="assertive"
    >
      <div className={styles.words}>
        <h2 id="call-title">{words.classroom.callTitle}</h2>
        <p id="call-hint">{words.classroom.callHint}</p>
        <p className={styles.keys}>
          {words.classroom.acceptKeys}
          {expiresMs !== null && (
            <span role="timer" aria-live="off">
              {words.classroom.secondsLeft(Math.max(0, Math.ceil((expiresMs - now) / 1000)))}
            </span>
          )}
        </p>
      </div>
      <Button
        ref={acceptButton}
        variant="primary"
        size="huge"
        icon="check"
        disabled={isBusy}
        onClick={accept}
      >
        {words.classroom.accept}
      </Button>
      <Button
        size="large"
        disabled={isBusy}
        onClick={() => run(() => session.request({ type: "callup.decline" }))}
      >
        {words.classroom.decline}
      </Button>
    </div>
  );
}
