import styles from "./Spinner.module.css";

/** Something is under way. Decorative: give the words beside it, or `label` when it stands alone. */
export function Spinner({ size = 24, label }: { size?: number; label?: string }) {
  const ring = <span className={styles.ring} style={{ width: size, height: size }} aria-hidden />;
  if (!label) return ring;
  return (
    <p className={styles.alone} role="status">
      {ring}
      {label}
    </p>
  );
}
