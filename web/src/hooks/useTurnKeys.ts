import { useEffect } from "react";
import { turnStepOf } from "../slides/turnKeys";

/** Arrow keys, PageUp and PageDown turn pages; `onTurn` null: not now. */
export function useTurnKeys(onTurn: ((step: 1 | -1) => void) | null): void {
  useEffect(() => {
    if (!onTurn) return;
    const listener = (event: KeyboardEvent) => {
      const step = turnStepOf(event);
      if (step === null) return;
      event.preventDefault();
      onTurn(step);
    };
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [onTurn]);
}
