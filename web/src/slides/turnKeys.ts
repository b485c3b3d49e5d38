/** Where a key leads: one page on or back. Presenters send PageUp and PageDown. */
const STEPS: Readonly<Record<string, 1 | -1>> = {
  PageDown: 1,
  ArrowRight: 1,
  PageUp: -1,
  ArrowLeft: -1,
};

/** The step of a key press that nobody else is waiting for; null if it is not for the slides. */
export function turnStepOf(event: KeyboardEvent): 1 | -1 | null {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  if (document.querySelector("dialog[open]")) return null;
  if (event.target instanceof Element && event.target.closest("input, select, textarea")) {
    return null;
  }
  return STEPS[event.key] ?? null;
}

/** `page` moved by a step, kept within the deck. */
export function stepped(page: number, step: number, pageCount: number): number {
  return Math.min(Math.max(page + step, 1), Math.max(pageCount, 1));
}
