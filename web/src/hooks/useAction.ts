import { useCallback, useState } from "react";
import { ApiError } from "../api/client";
import { useToast } from "../components/Toast";
import { errorWords, useWords } from "../i18n";
import { RequestRefused } from "../signaling/client";

/** Run something that may be refused: `isBusy` meanwhile, a worded toast if it is. */
export function useAction(): [run: (action: () => Promise<unknown>) => void, isBusy: boolean] {
  const words = useWords();
  const toast = useToast();
  const [isBusy, setIsBusy] = useState(false);

  const run = useCallback(
    (action: () => Promise<unknown>) => {
      setIsBusy(true);
      action()
        .catch((error: unknown) => {
          const isKnown = error instanceof RequestRefused || error instanceof ApiError;
          toast(errorWords(words, isKnown ? error.code : "failed"), "error");
        })
        .finally(() => setIsBusy(false));
    },
    [toast, words],
  );

  return [run, isBusy];
}
