import { encodeQR } from "qr";

/** Light modules on every side, without which a camera finds nothing (ISO/IEC 18004 §5.3.8). */
const QUIET_ZONE = 4;

/** A QR code as an SVG path of its dark modules, one unit each; `size` is the side with the quiet zone. */
export interface QrPath {
  path: string;
  size: number;
}

/** Level M: 15 % of it may be dirty or torn, as befits a card on a wall. */
export function qrPath(text: string): QrPath {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET_ZONE });
  const runs = rows.flatMap((row, y) =>
    darkRuns(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  return { path: runs.join(""), size: rows.length };
}

/** Where dark modules begin in a row, and how many follow each other. */
function darkRuns(row: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((isDark, x) => {
    const last = runs.at(-1);
    if (!isDark) return;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
