import { lazy, Suspense, useEffect, useState } from "react";
import { inviteConsole, sendConsolesAway } from "../../api/room";
import type { Pairing } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Spinner } from "../Spinner";
import styles from "./PhoneButton.module.css";

/** With the QR coder, which no classroom needs before. */
const PhoneInvitation = lazy(() => import("./PhoneInvitation"));

/** The on-site teacher's phone as console: a picture lets it in, the same key says that one is in and sends it away. */
export function PhoneButton() {
  const { common, console: words } = useWords();
  const { ticket } = useSession();
  const room = useRoom();
  const [isOpen, setIsOpen] = useState(false);
  const [invitation, setInvitation] = useState<Pairing | null>(null);
  const [run, isBusy] = useAction();
  const { phones } = room;
  const isCalled = ownPlace(room)?.place === "called";
  const invite = () =>
    run(async () => {
      setInvitation(await inviteConsole(ticket.token));
      setIsOpen(true);
    });

  // One phone per picture: once it is in, the picture has no more business on a screen that pupils look at.
  useEffect(() => {
    if (phones > 0) setInvitation(null);
  }, [phones]);
  // Nothing may lie over the question of a call.
  useEffect(() => {
    if (isCalled) setIsOpen(false);
  }, [isCalled]);

  return (
    <>
      <Button
        icon="phone"
        variant={phones > 0 ? "quiet" : "secondary"}
        isBusy={isBusy}
        onClick={() => (phones > 0 ? setIsOpen(true) : invite())}
      >
        {phones > 0 ? words.phoneIn : words.connectPhone}
      </Button>
      {isOpen && (
        <Dialog
          title={words.connectPhone}
          onClose={() => setIsOpen(false)}
          cancelLabel={common.close}
          actions={
            phones > 0 && (
              <Button
                variant="danger"
                disabled={isBusy}
                onClick={() => run(() => sendConsolesAway(ticket.token))}
              >
                {words.sendPhonesAway}
              </Button>
            )
          }
        >
          <div className={styles.body}>
            {phones > 0 && <Banner tone="ok" title={words.phonesIn(phones)} />}
            {invitation ? (
              <Suspense fallback={<Spinner label={common.loading} />}>
                <PhoneInvitation invitation={invitation} />
              </Suspense>
            ) : (
              <Button icon="phone" isBusy={isBusy} onClick={invite}>
                {words.anotherPhone}
              </Button>
            )}
          </div>
        </Dialog>
      )}
    </>
  );
}
