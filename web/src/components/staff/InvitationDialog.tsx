import type { Invitation } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import { formatDay } from "../office/dates";
import { useToast } from "../Toast";
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
  const toast = useToast();
  async function copy() {
    try {
      await navigator.clipboard.writeText(invitation.url);
      toast(words.common.copied);
    } catch {
      // No clipboard over plain http: the address can be selected by hand.
    }
  }
  return (
    <Dialog
      title={words.staff.linkTitle(name)}
      onClose={onClose}
      cancelLabel={words.common.close}
      actions={
        <Button variant="primary" icon="copy" onClick={() => void copy()}>
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
