import type { Invitation } from "../../api/types";
import { useCopy } from "../../hooks/useCopy";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import { formatDay } from "../office/dates";
import styles from "./Staff.module.css";

interface InvitationDialogProps {
  name: string;
  invitation: Invitation;
  onClose: () => void;
}

/** The link that was just made: it is shown this once. */
export function InvitationDialog({ name, invitation, onClose }: InvitationDialogProps) {
  const words = useWords();
  const { language } = useLanguage();
  const copy = useCopy();
  return (
    <Dialog
      title={words.staff.linkTitle(name)}
      onClose={onClose}
      cancelLabel={words.common.close}
      actions={
        <Button variant="primary" icon="copy" onClick={() => void copy(invitation.url)}>
          {words.common.copy}
        </Button>
      }
    >
      <div className={styles.link}>
        <Field
          label={words.staff.linkHint}
          hint={words.staff.linkUntil(formatDay(invitation.expires_at, language))}
          value={invitation.url}
          readOnly
          autoFocus
          onFocus={(event) => event.target.select()}
        />
      </div>
    </Dialog>
  );
}
