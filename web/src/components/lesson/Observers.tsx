import { useState } from "react";
import { useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { observersOf } from "../../room/selectors";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import styles from "./Observers.module.css";

/**
 * Nobody watches a classroom unseen by the adults in it: every console names who observes, and from which office. A
 * screen that may be mirrored on the wall has a key instead, and names only when it is asked.
 */
export function Observers({ isPrivate = false }: { isPrivate?: boolean }) {
  const { cockpit, common } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  const observers = observersOf(useRoom());
  if (observers.length === 0) return null;
  const names = (
    <ul className={styles.list}>
      {observers.map(({ participant_id: id, name, school }) => (
        <li key={id}>{school ? `${name} · ${school}` : name}</li>
      ))}
    </ul>
  );
  if (isPrivate) {
    return (
      <section className={styles.named} aria-label={cockpit.observedTitle}>
        <strong>{cockpit.observedTitle}</strong>
        {names}
      </section>
    );
  }
  return (
    <>
      <Button icon="eye" variant="quiet" onClick={() => setIsOpen(true)}>
        {cockpit.observed(observers.length)}
      </Button>
      {isOpen && (
        <Dialog
          title={cockpit.observedTitle}
          onClose={() => setIsOpen(false)}
          cancelLabel={common.close}
        >
          {names}
        </Dialog>
      )}
    </>
  );
}
