import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useWords } from "../i18n";
import { Button } from "./Button";
import styles from "./PrivateDrawer.module.css";

/** Seconds without a touch, after which a cover falls by itself. */
const COVERED_AFTER_S = 30;

interface PrivateDrawerProps {
  title: string;
  onClose: () => void;
  /** Others may see this screen: the drawer closes by itself. */
  isExposed: boolean;
  children: ReactNode;
}

/** Private things at the side of a screen, over what is there. Escape and the key close it. */
export function PrivateDrawer({ title, onClose, isExposed, children }: PrivateDrawerProps) {
  const { privacy: words, common } = useWords();
  const titleId = useId();
  const drawer = useRef<HTMLElement>(null);
  const [secondsLeft, touch] = useSecondsLeft(isExposed, onClose);

  useEffect(() => {
    drawer.current?.focus();
  }, []);

  return (
    <section
      ref={drawer}
      className={styles.drawer}
      role="dialog"
      aria-labelledby={titleId}
      tabIndex={-1}
      onPointerDown={touch}
      onKeyDown={(event) => {
        touch();
        if (event.key === "Escape") onClose();
      }}
    >
      <div className={styles.head}>
        <h2 id={titleId}>{title}</h2>
        {isExposed && <span role="timer">{words.closesIn(secondsLeft)}</span>}
        <Button size="small" icon="close" onClick={onClose}>
          {common.close}
        </Button>
      </div>
      {children}
    </section>
  );
}

function useSecondsLeft(isExposed: boolean, onClose: () => void): [number, () => void] {
  const [secondsLeft, setSecondsLeft] = useState(COVERED_AFTER_S);

  useEffect(() => {
    if (!isExposed) return;
    const timer = setInterval(() => setSecondsLeft((left) => left - 1), 1000);
    return () => clearInterval(timer);
  }, [isExposed]);

  useEffect(() => {
    if (secondsLeft <= 0) onClose();
  }, [secondsLeft, onClose]);

  return [Math.max(0, secondsLeft), () => setSecondsLeft(COVERED_AFTER_S)];
}
