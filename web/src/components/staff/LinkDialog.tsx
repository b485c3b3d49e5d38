import { useCopy } from "../../hooks/useCopy";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import styles from "./Staff.module.css";

interface LinkDialogProps {
  title: string;
  url: string;
  /** To whom it should be given, and what it does. */
  label: string;
  /** Until when it is good. */
  hint: string;
  onClose: () => void;
}

/** The link that was just made for somebody: it is shown this once. */
export function LinkDialog({ title, url, label, hint, onClose }: LinkDialogProps) {
  const words = useWords();
  const copy = useCopy();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      cancelLabel={words.common.close}
      actions={
        <Button variant="primary" icon="copy" onClick={() => void copy(url)}>
          {words.common.copy}
        </Button>
      }
    >
      <div className={styles.link}>
        <Field
          label={label}
          hint={hint}
          value={url}
          readOnly
          autoFocus
          onFocus={(event) => event.target.select()}
        />
      </div>
    </Dialog>
  );
}
