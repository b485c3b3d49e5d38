import type { ReactNode } from "react";
import styles from "./Banner.module.css";
import { classes } from "./classes";
import { Icon } from "./Icon";

interface BannerProps {
  tone?: "info" | "ok" | "warn" | "live";
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** What happened and what to do next. Read out politely; `live` at once. */
export function Banner({ tone = "info", title, children, action }: BannerProps) {
  return (
    <div
      className={classes(styles.banner, styles[tone])}
      role={tone === "live" ? "alert" : "status"}
    >
      <Icon name={tone === "ok" ? "check" : tone === "info" ? "info" : "warning"} size={24} />
      <div className={styles.words}>
        <strong>{title}</strong>
        {children && <div>{children}</div>}
      </div>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
