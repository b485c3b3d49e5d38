import { useEffect, useRef, useState } from "react";
import { getRollCall, saveRollCall } from "../api/attendance";
import { useStore } from "../hooks/useStore";
import { type Keep, RollBook, type RollState } from "./rollBook";

/** Whose roll: with the ticket of the seat on a screen of the classroom, without one as who is signed in. */
export interface RollAccess {
  lessonId: string;
  seatId: string;
  ticket?: string | undefined;
}

/** Opaque ids and marks only, so that a shared PC keeps no name; gone as soon as they are sent. */
function keepInBrowser(key: string): Keep {
  return {
    read: () => {
      try {
        return window.localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write: (text) => {
      try {
        if (text === null) window.localStorage.removeItem(key);
        else window.localStorage.setItem(key, text);
      } catch {
        // A locked-down school PC may forbid storage: then they last as long as the page.
      }
    },
  };
}

/** The roll book of this page, and its state. It belongs to one seat: give the component a key for another one. */
export function useRollBook(
  { lessonId, seatId, ticket }: RollAccess,
  onSaved?: () => void,
): [RollBook, RollState] {
  const told = useRef(onSaved);
  told.current = onSaved;
  const [book] = useState(
    () =>
      new RollBook(
        {
          read: () => getRollCall(lessonId, seatId, ticket),
          save: async (draft) => {
            const saved = await saveRollCall(lessonId, seatId, draft, ticket);
            told.current?.();
            return saved;
          },
        },
        keepInBrowser(`tongtang.rollcall.${seatId}`),
      ),
  );

  useEffect(() => {
    const lookAgain = () => document.visibilityState === "visible" && book.retry();
    const retry = () => book.retry();
    book.open();
    window.addEventListener("online", retry);
    document.addEventListener("visibilitychange", lookAgain);
    return () => {
      window.removeEventListener("online", retry);
      document.removeEventListener("visibilitychange", lookAgain);
      book.close();
    };
  }, [book]);

  return [book, useStore(book.state)];
}
