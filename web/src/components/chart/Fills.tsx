/** A fill within the chart of this id. */
type Fill = (id: string) => string;

const solid =
  (color: string): Fill =>
  () =>
    `var(${color})`;
const drawn =
  (name: string): Fill =>
  (id) =>
    `url(#${id}-${name})`;

/** In the order of the series: told apart by lightness and pattern too, for printers and for who sees few colours. */
export const FILLS: readonly Fill[] = [
  solid("--chart-1"),
  drawn("stripes"),
  solid("--chart-3"),
  drawn("dots"),
  solid("--chart-5"),
  drawn("bars"),
  solid("--chart-7"),
  drawn("checks"),
  solid("--chart-9"),
  drawn("waves"),
];

/** The patterns of a chart; `id` keeps those of several charts on a page apart. */
export function Fills({ id }: { id: string }) {
  const pattern = (name: string, color: string, path: string) => (
    <pattern id={`${id}-${name}`} width={8} height={8} patternUnits="userSpaceOnUse">
      <rect width={8} height={8} fill="var(--surface)" />
      <path d={path} stroke={`var(${color})`} strokeWidth={3} fill="none" />
    </pattern>
  );
  return (
    <defs>
      {pattern("stripes", "--chart-2", "M-2 2 2 -2M0 8 8 0M6 10 10 6")}
      {pattern("dots", "--chart-4", "M2.500 4h3")}
      {pattern("bars", "--chart-6", "M4 0v8")}
      {pattern("checks", "--chart-8", "M0 2h4M4 6h4")}
      {pattern("waves", "--chart-10", "M-2 6 2 2 6 6 10 2")}
    </defs>
  );
}
