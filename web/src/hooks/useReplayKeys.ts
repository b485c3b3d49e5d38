import { useEffect, useRef } from "react";
import { type KeyAction, keyAction } from "../replay/keys";

/** Every key of a player, wherever the focus is, unless somebody writes or the key belongs to what has the focus. */
export function useReplayKeys(onAction: (action: KeyAction) => void): void {
  const latest = useRef(onAction);
  useEffect(() => {
    latest.current = onAction;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || belongsElsewhere(event)) return;
      const action = keyAction(event.key);
      if (!action) return;
      event.preventDefault();
      latest.current(action);
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function belongsElsewhere({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, select, textarea, input:not([type=range]):not([type=radio])")) {
    return true;
  }
  if (target.closest("input[type=radio]") && key.startsWith("Arrow")) return true;
  return key === " " && target.closest("button, a, input[type=radio]") !== null;
}
