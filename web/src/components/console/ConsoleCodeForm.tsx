import { enterAsConsole } from "../../api/room";
import { type Dictionary, errorWords, useWords } from "../../i18n";
import { navigate } from "../../router";
import { storeConsoleTicket } from "../../signaling/consoleTicket";
import { CodeForm } from "../CodeForm";

/** Redeem the digits on the classroom's screen, once, and go to the console. */
export async function enterWithConsoleCode(code: string): Promise<void> {
  const ticket = await enterAsConsole(code);
  storeConsoleTicket(ticket);
  navigate(`/lessons/${encodeURIComponent(ticket.lesson_id)}/console`, { replace: true });
}

/** What to do about a refused code; it came from the classroom's PC, and not from the lead teacher. */
export function codeRefusal(words: Dictionary, code: string): string {
  const known: Record<string, string> = words.console.codeRefusals;
  return known[code] ?? errorWords(words, code);
}

/** For a phone whose camera does not read the picture. */
export function ConsoleCodeForm() {
  const words = useWords();
  return (
    <CodeForm
      label={words.console.codeLabel}
      hint={words.console.codeHint}
      submit={words.console.connect}
      codeOf={(typed) => typed.replace(/\D/g, "")}
      isWhole={(code) => code.length === 8}
      enter={enterWithConsoleCode}
      refusalOf={(code) => codeRefusal(words, code)}
      inputMode="numeric"
    />
  );
}
