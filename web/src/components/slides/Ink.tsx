import type { ColorName, StrokeView } from "../../generated/signaling";
import { useStore } from "../../hooks/useStore";
import { useSession } from "../../lesson/context";
import { FULL } from "../../slides/points";
import { classes } from "../classes";
import styles from "./Ink.module.css";

/** What the lead drew on the page, what grows just now, and where the lead points. */
export function Ink({ strokes }: { strokes: readonly StrokeView[] }) {
  const { pens, pointer } = useStore(useSession().ink.state);
  return (
    <>
      <Lines
        lines={[
          ...strokes,
          ...Object.entries(pens).map(([stroke_id, pen]) => ({ stroke_id, ...pen })),
        ]}
      />
      {pointer && <Pointer at={pointer} />}
    </>
  );
}

export function Lines({ lines }: { lines: readonly StrokeView[] }) {
  return (
    <svg
      className={styles.lines}
      viewBox={`0 0 ${FULL} ${FULL}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {lines.map(({ stroke_id, color, points }) => (
        <polyline key={stroke_id} points={points} className={classes(styles.line, hue(color))} />
      ))}
    </svg>
  );
}

export function Pointer({ at }: { at: string }) {
  const [x = 0, y = 0] = at.split(",").map(Number);
  return (
    <span
      className={styles.pointer}
      data-pointer
      style={{ left: `${x / 100}%`, top: `${y / 100}%` }}
      aria-hidden="true"
    />
  );
}

function hue(color: ColorName): string | undefined {
  return { red: styles.red, blue: styles.blue, green: styles.green }[color];
}
