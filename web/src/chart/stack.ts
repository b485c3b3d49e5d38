/** One kind of thing that is counted in every step; values are not negative. */
export interface Series {
  key: string;
  name: string;
  values: readonly number[];
}

/** A piece of a column, in the units of the area. */
export interface Piece {
  series: number;
  step: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Stack {
  pieces: readonly Piece[];
  /** Round values from 0 up, each with its height on the area. */
  ticks: readonly { value: number; y: number }[];
}

const TICKS = 4;
/** Of a step: the rest is air between the columns. */
const COLUMN = 0.72;
const WIDEST = 56;

/** Columns of pieces one upon the other, the first series below. Pure; y grows downwards, as in SVG. */
export function stackOf(
  series: readonly Series[],
  steps: number,
  { width, height }: { width: number; height: number },
): Stack {
  const sums = Array.from({ length: steps }, (_, step) =>
    series.reduce((sum, one) => sum + (one.values[step] ?? 0), 0),
  );
  const stride = strideOf(Math.max(0, ...sums));
  const top = stride * TICKS;
  const room = width / Math.max(1, steps);
  const wide = Math.min(room * COLUMN, WIDEST);
  const pieces: Piece[] = [];
  for (let step = 0; step < steps; step += 1) {
    let below = 0;
    series.forEach((one, index) => {
      const value = one.values[step] ?? 0;
      if (value === 0) return;
      below += value;
      pieces.push({
        series: index,
        step,
        x: step * room + (room - wide) / 2,
        y: height * (1 - below / top),
        width: wide,
        height: (height * value) / top,
      });
    });
  }
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => ({
    value: tick * stride,
    y: height * (1 - tick / TICKS),
  }));
  return { pieces, ticks };
}

/** The least of 1, 2, 2.5 (from 25 on), 5, 10, 20, ... that `TICKS` times reaches this: things are counted in whole ones. */
function strideOf(highest: number): number {
  const least = highest / TICKS;
  for (let power = 1; ; power *= 10) {
    const factors = power >= 10 ? [1, 2, 2.5, 5] : [1, 2, 5];
    const found = factors.find((factor) => factor * power >= least);
    if (found !== undefined) return found * power;
  }
}

/** Each how-manieth step has a label below it, so that none runs into the next. */
export const labelEvery = (steps: number, most: number): number =>
  Math.max(1, Math.ceil(steps / most));
