import { useEffect } from "react";
import { useToast } from "../components/Toast";
import { useWords } from "../i18n";
import type { Announcer } from "./announcers";
import { useSession } from "./context";

/** Says changes of the room as toasts, which screen readers read out. */
export function useAnnouncements(announcer: Announcer): void {
  const words = useWords();
  const toast = useToast();
  const session = useSession();

  useEffect(
    () =>
      session.onChange((change, you) => {
        const text = announcer(words, change, you);
        if (text) toast(text);
      }),
    [announcer, session, toast, words],
  );
}
