import type { Ticket } from "../../api/types";
import { errorWords, useWords } from "../../i18n";
import { joinPath } from "../../lesson/ticketFor";
import { navigate } from "../../router";
import { dropTicket } from "../../signaling/ticket";
import { Button } from "../Button";
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
          {errorWords(words, code)}
        </EmptyState>
      </main>
    </>
  );
}
