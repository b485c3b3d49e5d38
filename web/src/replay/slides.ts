import type { RecordedSlides } from "../api/types";
import type { StrokeView } from "../generated/signaling";

export interface SlideMoment {
  /** Index into the pages of the recording. */
  page: number;
  /** What was drawn on it at that moment. */
  strokes: readonly StrokeView[];
}

/** The slide that was shown at a position of the lesson, as it looked then; null: none was. */
export function slideAt(slides: RecordedSlides, positionMs: number): SlideMoment | null {
  const page = slides.changes.filter(({ at_ms }) => at_ms <= positionMs).at(-1)?.page ?? null;
  if (page === null) return null;
  const strokes = slides.strokes.filter(
    (stroke) =>
      stroke.page === page &&
      stroke.from_ms <= positionMs &&
      (stroke.to_ms === null || positionMs < stroke.to_ms),
  );
  return { page, strokes };
}

/** The page that is shown after the present one; null: none, or the same. */
export function nextPageAfter(slides: RecordedSlides, positionMs: number): number | null {
  const next = slides.changes.find(({ at_ms, page }) => at_ms > positionMs && page !== null);
  return next?.page ?? null;
}
