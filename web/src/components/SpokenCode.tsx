import { useCopy } from "../hooks/useCopy";
import { useWords } from "../i18n";
import { Button } from "./Button";
import styles from "./SpokenCode.module.css";

interface SpokenCodeProps {
  /** Eight digits. */
  code: string;
  hint: string;
  address: string;
  until: string;
}

/** A code as it is read out over the phone, and the address to open. */
export function SpokenCode({ code, hint, address, until }: SpokenCodeProps) {
  const words = useWords();
  const copy = useCopy();
  return (
    <div className={styles.code}>
      <output className={styles.digits} aria-label={code.split("").join(" ")}>
        {code.replace(/(\d{4})(\d{4})/, "$1 $2")}
      </output>
      <p>{hint}</p>
      <p className={styles.address}>{address}</p>
      <div className={styles.row}>
        <Button size="small" icon="copy" onClick={() => void copy(address)}>
          {words.common.copy}
        </Button>
        <span>{until}</span>
      </div>
    </div>
  );
}
