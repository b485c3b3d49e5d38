import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { checkShare, openShare } from "../api/sharing";
import type { Recording, SharedFilm } from "../api/types";

/** How often a page that plays asks whether the link still counts, and one that waits whether its clip is there. */
const CHECK_MS = 8_000;
const LOOK_AGAIN_MS = 3_000;

export type ShareState =
  | { kind: "opening" }
  | { kind: "locked"; error?: string; isBusy: boolean }
  | { kind: "preparing" }
  | { kind: "playing"; replay: Recording; film: SharedFilm | null }
  /** A stable code of the server: the link ended, or there is no answer. */
  | { kind: "refused"; code: string };

const codeOf = (error: unknown): string => (error instanceof ApiError ? error.code : "failed");

const ENDED: ReadonlySet<string> = new Set(["link_revoked", "link_expired", "link_unknown"]);

/** What the holder of a link sees, from the first request to the moment the link ends. */
export function useShare(token: string): {
  state: ShareState;
  open: (passphrase?: string) => void;
  reopen: () => void;
} {
  const [state, setState] = useState<ShareState>({ kind: "opening" });
  const known = useRef<string | undefined>(undefined);

  const open = useCallback(
    (passphrase?: string) => {
      setState((was) =>
        was.kind === "locked" ? { kind: "locked", isBusy: true } : { kind: "opening" },
      );
      openShare(token, passphrase).then(
        ({ needs_passphrase, replay, film }) => {
          if (needs_passphrase) return setState({ kind: "locked", isBusy: false });
          known.current = passphrase;
          setState(replay ? { kind: "playing", replay, film } : { kind: "preparing" });
        },
        (error: unknown) => {
          const code = codeOf(error);
          const isGuess = passphrase !== undefined && !ENDED.has(code);
          setState(
            isGuess ? { kind: "locked", error: code, isBusy: false } : { kind: "refused", code },
          );
        },
      );
    },
    [token],
  );
  const reopen = useCallback(() => open(known.current), [open]);

  useEffect(() => open(), [open]);

  useEffect(() => {
    if (state.kind === "preparing") {
      const timer = window.setTimeout(reopen, LOOK_AGAIN_MS);
      return () => window.clearTimeout(timer);
    }
    if (state.kind !== "playing") return;
    const timer = window.setInterval(() => {
      checkShare(token).catch((error: unknown) => {
        const code = codeOf(error);
        // A server that cannot be reached for a moment ends nothing.
        if (ENDED.has(code)) setState({ kind: "refused", code });
      });
    }, CHECK_MS);
    return () => window.clearInterval(timer);
  }, [state.kind, reopen, token]);

  return { state, open, reopen };
}
