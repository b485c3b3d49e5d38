import type { Ticket } from "../../api/types";
import { isOwnLesson } from "../../classroom/pairedPc";
import { errorWords, useWords } from "../../i18n";
import { joinPath } from "../../lesson/ticketFor";
import { navigate } from "../../router";
import { dropTicket } from "../../signaling/ticket";
import { Button } from "../Button";
import { GoHome } from "../classroom/GoHome";
import { EmptyState } from "../EmptyState";
import { TopBar } from "../TopBar";

/** Another device took this place; nothing happens until a person asks for it back. */
export function Replaced({ onUseHere }: { onUseHere: () => void }) {
  const words = useWords();
  return (
    <>
      <TopBar />
      <main>
        <h1 className="visually-hidden">{words.common.product}</h1>
        <EmptyState
          icon="window"
          title={words.lesson.replacedTitle}
          action={
            <Button variant="primary" size="huge" onClick={onUseHere}>
              {words.lesson.useHere}
            </Button>
          }
        >
          {words.lesson.replacedHint}
        </EmptyState>
      </main>
    </>
  );
}

/** How long a classroom's own PC shows why it was refused, before it goes home and tries again. */
const GOES_HOME_S = 5;
const GOES_HOME_AFTER_S: Record<string, number> = {
  // Somebody put this place out on purpose: its PC does not come back at once.
  ticket_revoked: 60,
  // At home it says so, and how to change that.
  pc_revoked: 1,
};

/** The server does not let this place in, and why. */
export function Refused({ code, ticket }: { code: string; ticket: Ticket }) {
  const words = useWords();
  function enterAgain() {
    if (code === "protocol_version") {
      window.location.reload();
      return;
    }
    dropTicket(ticket.lesson_id);
    navigate(joinPath(ticket.lesson_id, ticket), { replace: true });
  }
  return (
    <>
      <TopBar />
      <main>
        <h1 className="visually-hidden">{words.common.product}</h1>
        <EmptyState
          icon="warning"
          title={words.lesson.refusedTitle}
          action={
            <Button variant="primary" size="large" onClick={enterAgain}>
              {words.lesson.enterAgain}
            </Button>
          }
        >
          <p>{errorWords(words, code)}</p>
          {isOwnLesson(ticket.lesson_id) && (
            <GoHome afterS={GOES_HOME_AFTER_S[code] ?? GOES_HOME_S} />
          )}
        </EmptyState>
      </main>
    </>
  );
}
