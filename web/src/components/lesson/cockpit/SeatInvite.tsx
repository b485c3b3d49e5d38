import { useState } from "react";
import { issuePairing } from "../../../api/lessons";
import type { Pairing } from "../../../api/types";
import { useAction } from "../../../hooks/useAction";
import { useLanguage, useWords } from "../../../i18n";
import { useSession } from "../../../lesson/context";
import { formatTime } from "../../../lesson/format";
import { Button } from "../../Button";
import { Dialog } from "../../Dialog";
import { SpokenCode } from "../../SpokenCode";
import styles from "./SeatInvite.module.css";

/** How a classroom gets in that has not come by itself: a short code to read out, or a link to send. */
export function SeatInvite({ seatId, name }: { seatId: string; name: string }) {
  const words = useWords();
  const session = useSession();
  const [pairing, setPairing] = useState<Pairing | null>(null);
  const [run, isBusy] = useAction();
  const show = () =>
    run(async () => setPairing(await issuePairing(session.ticket.lesson_id, seatId)));
  return (
    <div className={styles.invite}>
      <Button size="small" icon="door" isBusy={isBusy} onClick={show}>
        {words.lead.showPairing}
      </Button>
      {pairing && (
        <Dialog
          title={words.lead.pairingFor(name)}
          onClose={() => setPairing(null)}
          cancelLabel={words.common.close}
        >
          <PairingCode pairing={pairing} />
        </Dialog>
      )}
    </div>
  );
}

function PairingCode({ pairing }: { pairing: Pairing }) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <SpokenCode
      code={pairing.code}
      hint={words.lead.pairingHint}
      address={pairing.url}
      until={words.lead.pairingUntil(formatTime(Date.parse(pairing.expires_at), language))}
    />
  );
}
