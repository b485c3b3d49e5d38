import { useEffect, useRef } from "react";
import { useToast } from "../components/Toast";
import { useWords } from "../i18n";
import { participantOf } from "../room/selectors";
import { useRoom } from "./context";

/** Says each new signal of a classroom aloud on a page of the staff; not while others may see that page. */
export function useSignalToasts(isExposed: boolean): void {
  const words = useWords();
  const toast = useToast();
  const room = useRoom();
  const signals = room.private?.signals;
  const known = useRef(signals);

  useEffect(() => {
    const before = known.current;
    known.current = signals;
    if (isExposed || !signals) return;
    for (const [id, { signal, raised_ms }] of Object.entries(signals)) {
      const name = participantOf(room, id)?.name ?? "";
      const isNew = before?.[id]?.raised_ms !== raised_ms;
      if (isNew) toast(words.chat.signalFrom(name, words.signals[signal]));
    }
  }, [isExposed, room, signals, toast, words]);
}
