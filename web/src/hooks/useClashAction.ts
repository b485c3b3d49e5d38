import { useCallback, useState } from "react";
import { ApiError } from "../api/client";
import { clashWords } from "../components/office/clashWords";
import { errorWords, useLanguage, useWords } from "../i18n";

/** Run something that a lesson may be in the way of: the refusal stays, in words that name that lesson. */
export function useClashAction(): [
  run: (action: () => Promise<unknown>) => void,
  isBusy: boolean,
  refusal: string | undefined,
] {
  const words = useWords();
  const { language } = useLanguage();
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const run = useCallback(
    (action: () => Promise<unknown>) => {
      setRefusal(undefined);
      setIsBusy(true);
      action()
        .catch((error: unknown) => {
          const known = error instanceof ApiError ? error : null;
          setRefusal(
            known?.clash
              ? clashWords(words.planning, known.clash, language)
              : errorWords(words, known?.code ?? "failed"),
          );
        })
        .finally(() => setIsBusy(false));
    },
    [words, language],
  );
  return [run, isBusy, refusal];
}
