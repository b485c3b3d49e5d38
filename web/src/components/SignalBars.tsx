import type { QualityName } from "../generated/signaling";
import styles from "./SignalBars.module.css";

const LIT: Record<QualityName, number> = { good: 3, fair: 2, poor: 1, lost: 0 };

/** A link as bars, as on a telephone; crossed out when it is lost. Decorative: words stand beside it. */
export function SignalBars({ quality, size = 16 }: { quality: QualityName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      style={{ flex: "none" }}
    >
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          className={bar < LIT[quality] ? styles.lit : styles.dark}
          x={2 + bar * 7.5}
          y={15 - bar * 6}
          width={5.5}
          height={7 + bar * 6}
          rx={1}
        />
      ))}
      {quality === "lost" && <path className={styles.slash} d="M3 3l18 18" />}
    </svg>
  );
}
