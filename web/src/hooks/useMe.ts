import { useEffect } from "react";
import { getMe } from "../api/account";
import { ApiError } from "../api/client";
import type { Me } from "../api/types";
import { Store } from "../store";
import { useStore } from "./useStore";

const me = new Store<Me | null>(null);

/** Who is signed in; null until that is known. Remembered from page to page and asked for again on each. */
export function useMe(): Me | null {
  useEffect(() => {
    getMe().then(
      (found) => me.set(found),
      (error: unknown) => {
        // Without a network everything else about the person still holds.
        if (error instanceof ApiError && error.code === "not_authenticated") forgetMe();
      },
    );
  }, []);
  return useStore(me);
}

/** After signing out: the next person's navigation is another. */
export function forgetMe(): void {
  me.set(null);
}
