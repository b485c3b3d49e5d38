import { useEffect, useRef } from "react";
import { useAction } from "../../hooks/useAction";
import { useNow } from "../../hooks/useNow";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";
import styles from "./ConsoleCall.module.css";

const BUZZ_MS = [200, 100, 200];

/** "The lead calls you up" on the console: over everything, accept where the thumb is. */
export function ConsoleCall() {
  const place = ownPlace(useRoom());
  if (place?.place !== "called") return null;
  return <Call expiresMs={place.call_expires_ms} />;
}

function Call({ expiresMs }: { expiresMs: number | null }) {
  const { classroom } = useWords();
  const place = usePlace();
  const now = useNow(place.signaling.clockOffsetMs);
  const acceptButton = useRef<HTMLButtonElement>(null);
  const [run, isBusy] = useAction();

  useEffect(() => {
    // Whoever is typing would accept with the next space.
    const isTyping = document.activeElement instanceof HTMLInputElement;
    if (!isTyping) acceptButton.current?.focus();
    // A phone in the hand or in the pocket; not every browser has it.
    if ("vibrate" in navigator) navigator.vibrate(BUZZ_MS);
  }, []);

  return (
    <div
      className={styles.call}
      role="alertdialog"
      aria-labelledby="console-call-title"
      aria-describedby="console-call-hint"
    >
      <h2 id="console-call-title">{classroom.callTitle}</h2>
      <p id="console-call-hint">{classroom.callHint}</p>
      {expiresMs !== null && (
        <p role="timer" aria-live="off">
          {classroom.secondsLeft(Math.max(0, Math.ceil((expiresMs - now) / 1000)))}
        </p>
      )}
      <Button
        size="large"
        isWide
        disabled={isBusy}
        onClick={() => run(() => place.request({ type: "callup.decline" }))}
      >
        {classroom.decline}
      </Button>
      <Button
        ref={acceptButton}
        variant="primary"
        size="huge"
        icon="check"
        isWide
        className={styles.accept}
        disabled={isBusy}
        onClick={() => run(() => place.request({ type: "callup.accept" }))}
      >
        {classroom.accept}
      </Button>
    </div>
  );
}
