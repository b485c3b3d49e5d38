import { useCallback, useState } from "react";
import { useAction } from "./useAction";
import { type Loaded, useLoaded } from "./useLoaded";

interface Page<Item> {
  items: Item[];
  next: string | null;
}

interface Pages<Item> {
  first: Loaded<Page<Item>>;
  items: Item[];
  /** Load what follows; null at the end. */
  more: (() => void) | null;
  isBusy: boolean;
  reload: () => void;
}

/** A list that comes page by page. `load` must keep its identity; give the component a key for another list. */
export function usePages<Item>(load: (after?: string) => Promise<Page<Item>>): Pages<Item> {
  const [first, reload] = useLoaded(useCallback(() => load(), [load]));
  const [rest, setRest] = useState<Page<Item>>();
  const [run, isBusy] = useAction();
  const begun = first.state === "ready" ? first.value : { items: [], next: null };
  const next = rest ? rest.next : begun.next;
  const loadMore = (after: string) =>
    run(async () => {
      const page = await load(after);
      setRest((was) => ({ items: [...(was?.items ?? []), ...page.items], next: page.next }));
    });
  return {
    first,
    items: [...begun.items, ...(rest?.items ?? [])],
    more: next === null ? null : () => loadMore(next),
    isBusy,
    reload: () => {
      setRest(undefined);
      reload();
    },
  };
}
