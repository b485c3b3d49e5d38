import { type FormEvent, useState } from "react";
import { addTerm } from "../../api/terms";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import styles from "../office/Form.module.css";

/** A new term: its name and its days. */
export function TermDialog({ onClose, onSaved }: { onClose: () => void; onSaved: () => void }) {
  const { terms: words } = useWords();
  const [name, setName] = useState("");
  const [first, setFirst] = useState("");
  const [last, setLast] = useState("");
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy] = useAction();

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (!name.trim() || !first || !last) return;
    run(async () => {
      await addTerm({ name: name.trim(), first_day: first, last_day: last });
      onSaved();
    });
  }

  const missing = (text: string, why: string) => (wasTried && !text.trim() ? why : undefined);
  return (
    <Dialog
      title={words.addTitle}
      onClose={onClose}
      actions={
        <Button type="submit" form="term-form" variant="primary" isBusy={isBusy}>
          {words.save}
        </Button>
      }
    >
      <form id="term-form" className={styles.form} onSubmit={submit} noValidate>
        <Field
          label={words.name}
          hint={words.nameHint}
          value={name}
          maxLength={120}
          autoFocus
          error={missing(name, words.needName)}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={words.firstDay}
          type="date"
          value={first}
          error={missing(first, words.needDays)}
          onChange={(event) => setFirst(event.target.value)}
        />
        <Field
          label={words.lastDay}
          type="date"
          value={last}
          error={missing(last, words.needDays)}
          onChange={(event) => setLast(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
