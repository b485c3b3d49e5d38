import { type FormEvent, useState } from "react";
import { inviteGuest } from "../../api/lessons";
import type { GuestLink, Lesson } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import { LinkDialog } from "../staff/LinkDialog";
import { formatMoment } from "./dates";
import formStyles from "./Form.module.css";

interface GuestTeacherProps {
  lesson: Lesson;
  onChanged: () => void;
}

/** Lets an admin give a planned lesson to somebody from outside: a name, and then the link for them. */
export function GuestTeacher({ lesson, onChanged }: GuestTeacherProps) {
  const words = useWords().guest;
  const { language } = useLanguage();
  const [isOpen, setIsOpen] = useState(false);
  const [made, setMade] = useState<{ name: string; link: GuestLink } | null>(null);
  const close = () => {
    setIsOpen(false);
    setMade(null);
  };
  return (
    <>
      <Button aria-label={words.inviteOf(lesson.title)} onClick={() => setIsOpen(true)}>
        {words.invite}
      </Button>
      {isOpen && !made && (
        <NameDialog
          onClose={close}
          onNamed={async (name) => {
            const link = await inviteGuest(lesson.lesson_id, name);
            setMade({ name, link });
            onChanged();
          }}
        />
      )}
      {isOpen && made && (
        <LinkDialog
          title={words.linkTitle(made.name)}
          url={made.link.url}
          label={words.linkHint}
          hint={words.linkUntil(formatMoment(made.link.expires_at, language))}
          onClose={close}
        />
      )}
    </>
  );
}

interface NameDialogProps {
  onClose: () => void;
  onNamed: (name: string) => Promise<void>;
}

function NameDialog({ onClose, onNamed }: NameDialogProps) {
  const words = useWords().guest;
  const [name, setName] = useState("");
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy] = useAction();

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (name.trim()) run(() => onNamed(name.trim()));
  }

  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      actions={
        <Button type="submit" form="guest-form" variant="primary" isBusy={isBusy}>
          {words.make}
        </Button>
      }
    >
      <form id="guest-form" className={formStyles.form} onSubmit={submit} noValidate>
        <p>{words.hint}</p>
        <Field
          label={words.name}
          value={name}
          maxLength={120}
          autoFocus
          error={wasTried && !name.trim() ? words.needName : undefined}
          onChange={(event) => setName(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
