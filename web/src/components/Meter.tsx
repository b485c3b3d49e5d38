import styles from "./Meter.module.css";

interface MeterProps {
  label: string;
  /** 0 silent .. 1 loudest. */
  level: number;
}

const STEPS = 12;

/** How loud the microphone is, in steps that can be seen from the back of a room. */
export function Meter({ label, level }: MeterProps) {
  const lit = Math.round(Math.min(1, Math.max(0, level)) * STEPS);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <meter> cannot be drawn as separate steps.
    <div
      className={styles.meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={STEPS}
      aria-valuenow={lit}
    >
      {Array.from({ length: STEPS }, (_, step) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps never move.
        <span key={step} className={step < lit ? styles.lit : styles.dark} />
      ))}
    </div>
  );
}
