import type { Pairing } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatTime } from "../../lesson/format";
import { Banner } from "../Banner";
import { QrCode } from "../QrCode";
import styles from "./PhoneInvitation.module.css";

/** The picture for a phone's camera, and the same in digits for a phone that has none. */
export default function PhoneInvitation({ invitation }: { invitation: Pairing }) {
  const { console: words } = useWords();
  const { language } = useLanguage();
  const { code, url, expires_at: expiresAt } = invitation;
  return (
    <div className={styles.invitation}>
      <QrCode text={url} label={words.picture} size={240} />
      <div className={styles.words}>
        <p>{words.scan}</p>
        <p className={styles.address}>{url.slice(0, url.lastIndexOf("/"))}</p>
        <output className={styles.digits} aria-label={code.split("").join(" ")}>
          {code.replace(/(\d{4})(\d{4})/, "$1 $2")}
        </output>
        <p>{words.scanUntil(formatTime(Date.parse(expiresAt), language))}</p>
      </div>
      {isThisMachineOnly(url) && <Banner tone="warn" title={words.thisMachineOnly} />}
    </div>
  );
}

/** A phone cannot reach a server under the name that means "this very machine". */
function isThisMachineOnly(url: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
}
