import { codeOf, enterWithCode, isWholeCode } from "../../classroom/enter";
import { errorWords, useWords } from "../../i18n";
import { CodeForm } from "../CodeForm";

/** A short code brings a classroom PC in, without an account. */
export function PairingForm({ onPaired }: { onPaired?: (() => void) | undefined }) {
  const words = useWords();
  return (
    <CodeForm
      label={words.pairing.label}
      hint={words.pairing.hint}
      submit={words.pairing.submit}
      codeOf={codeOf}
      isWhole={isWholeCode}
      enter={async (code) => {
        await enterWithCode(code);
        onPaired?.();
      }}
      refusalOf={(code) => errorWords(words, code)}
    />
  );
}
