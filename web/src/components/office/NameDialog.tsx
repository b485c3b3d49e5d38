import { type FormEvent, useState } from "react";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";

/** A name to be entered, and what becomes of it. */
export interface Naming {
  title: string;
  label: string;
  name: string;
  save: (name: string) => Promise<unknown>;
}

interface RenameProps {
  name: string;
  label: string;
  save: (name: string) => Promise<unknown>;
  onOpen: (naming: Naming) => void;
}

/** The key that asks for another name. */
export function Rename({ name, label, save, onOpen }: RenameProps) {
  const words = useWords().schools;
  const title = words.renameTitle(name);
  return (
    <Button
      size="small"
      variant="quiet"
      aria-label={title}
      onClick={() => onOpen({ title, label, name, save })}
    >
      {words.rename}
    </Button>
  );
}

interface NameDialogProps {
  naming: Naming;
  onClose: () => void;
  onSaved: () => void;
}

export function NameDialog({ naming, onClose, onSaved }: NameDialogProps) {
  const words = useWords();
  const [name, setName] = useState(naming.name);
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy] = useAction();

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    const trimmed = name.trim();
    if (!trimmed) return;
    run(async () => {
      await naming.save(trimmed);
      onSaved();
    });
  }

  return (
    <Dialog
      title={naming.title}
      onClose={onClose}
      actions={
        <Button type="submit" form="name-form" variant="primary" isBusy={isBusy}>
          {words.staff.save}
        </Button>
      }
    >
      <form id="name-form" onSubmit={submit} noValidate>
        <Field
          label={naming.label}
          value={name}
          maxLength={120}
          autoFocus
          error={wasTried && !name.trim() ? words.schools.needName : undefined}
          onChange={(event) => setName(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
