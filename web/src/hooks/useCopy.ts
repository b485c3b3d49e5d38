import { useToast } from "../components/Toast";
import { useWords } from "../i18n";

/** Put a text on the clipboard, and say so. */
export function useCopy(): (text: string) => Promise<void> {
  const words = useWords();
  const toast = useToast();
  return async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      toast(words.common.copied);
    } catch {
      // No clipboard over plain http: the text can be selected by hand.
    }
  };
}
