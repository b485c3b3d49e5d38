import type { Thumbnails } from "../api/types";

/** A picture on a sheet; x and y are pixels from the sheet's top left. */
export interface Thumbnail {
  sheet: string;
  x: number;
  y: number;
}

/** What the lead showed about then; null where there is no picture. */
export function thumbnailAt(thumbnails: Thumbnails | null, positionMs: number): Thumbnail | null {
  if (!thumbnails || thumbnails.count === 0) return null;
  const { step_ms, count, columns, rows, width, height } = thumbnails;
  const index = Math.min(Math.max(0, Math.floor(positionMs / step_ms)), count - 1);
  const sheet = thumbnails.sheets[Math.floor(index / (columns * rows))];
  if (sheet === undefined) return null;
  const place = index % (columns * rows);
  return { sheet, x: (place % columns) * width, y: Math.floor(place / columns) * height };
}
