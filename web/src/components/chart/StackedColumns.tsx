import { useId } from "react";
import { labelEvery, type Series, stackOf } from "../../chart/stack";
import { useLanguage, useWords } from "../../i18n";
import { classes } from "../classes";
import tableStyles from "../office/AttendanceTable.module.css";
import { FILLS, Fills } from "./Fills";
import styles from "./StackedColumns.module.css";

interface StackedColumnsProps {
  title: string;
  /** What the numbers are: of lessons, minutes. */
  unit: string;
  /** One for each step: short below the columns, whole in the table. */
  steps: readonly { short: string; whole: string }[];
  series: readonly Series[];
}

const SIZE = { width: 720, height: 240 };
const LEFT = 56;
const BELOW = 24;
const ABOVE = 10;
const AREA = { width: SIZE.width - LEFT, height: SIZE.height - BELOW - ABOVE };
const MOST_LABELS = 14;

/** A chart for eyes and printers, with its sums in words and the same numbers as a table. */
export function StackedColumns({ title, unit, steps, series }: StackedColumnsProps) {
  // Within `url(#...)` too, where React's own signs are not safe.
  const id = useId().replace(/\W/g, "");
  const words = useWords().charts;
  const { language } = useLanguage();
  const format = (value: number) => Math.round(value).toLocaleString(language);
  const { pieces, ticks } = stackOf(series, steps.length, AREA);
  const sums = series.map((one) => one.values.reduce((sum, value) => sum + value, 0));
  const said = series.map((one, index) => words.sum(one.name, format(sums[index] ?? 0)));
  const every = labelEvery(steps.length, MOST_LABELS);
  const room = AREA.width / steps.length;
  return (
    <figure className={styles.figure} aria-labelledby={`${id}-title`}>
      <figcaption id={`${id}-title`} className={styles.title}>
        {title}
        <span className={styles.unit}>{unit}</span>
      </figcaption>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        role="img"
        aria-labelledby={`${id}-said`}
      >
        <title id={`${id}-said`}>{`${title}: ${said.join(", ")}`}</title>
        <Fills id={id} />
        <g transform={`translate(${LEFT} ${ABOVE})`}>
          {ticks.map(({ value, y }) => (
            <g key={value}>
              <line className={styles.line} x2={AREA.width} y1={y} y2={y} />
              <text className={styles.tick} x={-8} y={y} dy="0.35em">
                {format(value)}
              </text>
            </g>
          ))}
          {pieces.map(({ series: index, step, ...place }) => (
            <rect
              key={`${index} ${step}`}
              className={styles.piece}
              fill={FILLS[index % FILLS.length]?.(id)}
              {...place}
            >
              <title>
                {`${steps[step]?.whole} · ${series[index]?.name} ${format(series[index]?.values[step] ?? 0)}`}
              </title>
            </rect>
          ))}
          {steps.map(
            ({ short, whole }, step) =>
              step % every === 0 && (
                <text
                  key={whole}
                  className={classes(styles.label, step % (2 * every) !== 0 && styles.second)}
                  x={(step + 0.5) * room}
                  y={AREA.height + 17}
                >
                  {short}
                </text>
              ),
          )}
        </g>
      </svg>
      <ul className={styles.legend}>
        {series.map((one, index) => (
          <li key={one.key}>
            <svg width={16} height={16} aria-hidden="true" focusable="false">
              <rect
                className={styles.piece}
                width={16}
                height={16}
                fill={FILLS[index % FILLS.length]?.(id)}
              />
            </svg>
            {said[index]}
          </li>
        ))}
      </ul>
      <details className={styles.numbers}>
        <summary>{words.numbers}</summary>
        <div className={tableStyles.frame}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th scope="col">{words.step}</th>
                {series.map((one) => (
                  <th key={one.key} scope="col">
                    {one.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map(({ whole }, step) => (
                <tr key={whole}>
                  <th scope="row">{whole}</th>
                  {series.map((one) => (
                    <td key={one.key} data-label={one.name}>
                      {format(one.values[step] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
