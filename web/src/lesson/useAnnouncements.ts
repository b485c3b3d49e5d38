import { useEffect } from "react";
import { useToast } from "../components/Toast";
import { useWords } from "../i18n";
import type { Announcer } from "./announcers";
import { usePlace } from "./context";

/** Says changes of the room as toasts, which screen readers read out. */
export function useAnnouncements(announcer: Announcer): void {
  const words = useWords();
  const toast = useToast();
  const place = usePlace();

  useEffect(
    () =>
      place.onChange((change, you) => {
        const text = announcer(words, change, you);
        if (text) toast(text);
      }),
    [announcer, place, toast, words],
  );
}
