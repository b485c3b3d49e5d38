import { useEffect, useState } from "react";
import { useAction } from "./useAction";

const WAIT_MS = 300;

export interface Found<Item> {
  text: string;
  setText: (text: string) => void;
  items: readonly Item[];
}

/**
 * What a choice offers: `first` while nothing is typed, else what the server finds, a moment after the last key.
 * `first` and `find` must keep their identity.
 */
export function useFound<Item>(
  first: readonly Item[],
  find: (text: string) => Promise<readonly Item[]>,
): Found<Item> {
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly Item[]>();
  const [run] = useAction();
  const wanted = text.trim();

  useEffect(() => {
    setFound(undefined);
    if (!wanted) return;
    let isCurrent = true;
    const timer = window.setTimeout(
      () =>
        run(async () => {
          const items = await find(wanted);
          if (isCurrent) setFound(items);
        }),
      WAIT_MS,
    );
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [wanted, find, run]);

  return { text, setText, items: wanted ? (found ?? []) : first };
}
