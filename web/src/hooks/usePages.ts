import { useCallback, useState } from "react";
import { useAction } from "./useAction";
import { type Loaded, useLoaded } from "./useLoaded";

interface Page<Item> {
  items: Item[];
  next: string | null;
}

interface Pages<First extends Page<unknown>> {
  first: Loaded<First>;
  items: First["items"][number][];
  /** Load what follows; null at the end. */
  more: (() => void) | null;
  isBusy: boolean;
  reload: () => void;
}

/** A list that comes page by page. `load` must keep its identity; give the component a key for another list. */
export function usePages<First extends Page<unknown>>(
  load: (after?: string) => Promise<First>,
): Pages<First> {
  const [first, reload] = useLoaded(useCallback(() => load(), [load]));
  const [rest, setRest] = useState<Page<First["items"][number]>>();
  const [run, isBusy] = useAction();
  const begun: Page<First["items"][number]> =
    first.state === "ready" ? first.value : { items: [], next: null };
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
    reload: useCallback(() => {
      setRest(undefined);
      reload();
    }, [reload]),
  };
}
