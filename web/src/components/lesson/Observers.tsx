import { useState } from "react";
import { useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { observersOf } from "../../room/selectors";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import styles from "./Observers.module.css";

/**
 * Nobody watches a classroom unseen by the adults in it: this key is there while somebody observes. The screen may be
 * mirrored on the wall, so names and offices show only when they are asked for.
 */
export function Observers() {
  const { cockpit, common } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  const observers = observersOf(useRoom());
  if (observers.length === 0) return null;
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
          <ul className={styles.list}>
            {observers.map(({ participant_id: id, name, school }) => (
              <li key={id}>{school ? `${name} · ${school}` : name}</li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}
