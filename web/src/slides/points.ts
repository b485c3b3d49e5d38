/** Points of a page in ten-thousandths of its width and height, so that every screen draws them at its own size. */
export interface PagePoint {
  x: number;
  y: number;
}

export const FULL = 10_000;
/** Of one line; the server takes no more. */
export const MAX_POINTS = 128;
/** A line may be this far off what was drawn: a seventh of a percent of the page. */
const TOLERANCE = 14;

export const writePoint = ({ x, y }: PagePoint) => `${x},${y}`;

/** `x,y x,y …`; a single point twice, so that a dot is a line as well. */
export function writePoints(points: readonly PagePoint[]): string {
  const [first] = points;
  const all = points.length === 1 && first ? [first, first] : points;
  return all.map(writePoint).join(" ");
}

export const pointCount = (points: string) => points.split(" ").length;

/** Where on the page something happened on the screen, kept inside of the page. */
export function pagePoint(
  clientX: number,
  clientY: number,
  box: { left: number; top: number; width: number; height: number },
): PagePoint {
  return {
    x: clamped(((clientX - box.left) / box.width) * FULL),
    y: clamped(((clientY - box.top) / box.height) * FULL),
  };
}

function clamped(value: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), FULL) : 0;
}

/** The same line with as few points as it needs (Ramer, Douglas, Peucker), and never more than `MAX_POINTS`. */
export function simplified(points: readonly PagePoint[]): PagePoint[] {
  for (let tolerance = TOLERANCE; ; tolerance *= 2) {
    const kept = thinned(points, tolerance);
    if (kept.length <= MAX_POINTS) return kept;
  }
}

function thinned(points: readonly PagePoint[], tolerance: number): PagePoint[] {
  const last = points.length - 1;
  if (last < 2) return [...points];
  const isKept = new Array<boolean>(points.length).fill(false);
  isKept[0] = isKept[last] = true;
  const spans: [number, number][] = [[0, last]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    const furthest = furthestFrom(points, from, to);
    if (furthest.distance <= tolerance) continue;
    isKept[furthest.index] = true;
    spans.push([from, furthest.index], [furthest.index, to]);
  }
  return points.filter((_, index) => isKept[index]);
}

/** The point between two others that lies furthest from the line through them. */
function furthestFrom(points: readonly PagePoint[], from: number, to: number) {
  const start = points[from] as PagePoint;
  const end = points[to] as PagePoint;
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  let furthest = { index: from, distance: 0 };
  for (let index = from + 1; index < to; index += 1) {
    const { x, y } = points[index] as PagePoint;
    const distance =
      length === 0
        ? Math.hypot(x - start.x, y - start.y)
        : Math.abs((end.x - start.x) * (start.y - y) - (start.x - x) * (end.y - start.y)) / length;
    if (distance > furthest.distance) furthest = { index, distance };
  }
  return furthest;
}
