import type { ReactNode } from "react";
import styles from "./Badge.module.css";
import { classes } from "./classes";
import { Icon, type IconName } from "./Icon";

export type BadgeTone = "neutral" | "brand" | "live" | "ok" | "warn" | "stage" | "night";

interface BadgeProps {
  tone?: BadgeTone;
  icon?: IconName;
  hasDot?: boolean;
  children: ReactNode;
}

/** A short truthful label: a state, never a button. */
export function Badge({ tone = "neutral", icon, hasDot = false, children }: BadgeProps) {
  return (
    <span className={classes(styles.badge, styles[tone])}>
      {hasDot && <span className={styles.dot} aria-hidden />}
      {icon && <Icon name={icon} size={16} />}
      {children}
    </span>
  );
}
