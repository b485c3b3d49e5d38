import type { HTMLAttributes } from "react";
import styles from "./Card.module.css";
import { classes } from "./classes";

export function Card({ className, ...rest }: HTMLAttributes<HTMLElement>) {
  return <section {...rest} className={classes(styles.card, className)} />;
}
