import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "../i18n";
import { Button } from "./Button";
import { classes } from "./classes";
import styles from "./Dialog.module.css";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons after the cancel button. */
  actions?: ReactNode;
  cancelLabel?: string;
  /** For something to read. */
  isWide?: boolean;
}

/** A question that waits for an answer. Mount it to open it; Escape and the cancel button close it. */
export function Dialog({
  title,
  onClose,
  children,
  actions,
  cancelLabel,
  isWide = false,
}: DialogProps) {
  const words = useWords();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  return (
    <dialog
      ref={dialog}
      className={classes(styles.dialog, isWide && styles.wide)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      <div className={styles.body}>{children}</div>
      <div className={styles.actions}>
        <Button onClick={onClose}>{cancelLabel ?? words.common.cancel}</Button>
        {actions}
      </div>
    </dialog>
  );
}
