import type { ComponentPropsWithRef } from "react";
import styles from "./Button.module.css";
import { classes } from "./classes";
import { Icon, type IconName } from "./Icon";
import { Spinner } from "./Spinner";

export type ButtonProps = ComponentPropsWithRef<"button"> & {
  variant?: "primary" | "secondary" | "danger" | "quiet" | "stage" | "night";
  size?: "small" | "medium" | "large" | "huge";
  icon?: IconName;
  isBusy?: boolean;
  isWide?: boolean;
};

export function buttonClass(
  variant: NonNullable<ButtonProps["variant"]> = "secondary",
  size: NonNullable<ButtonProps["size"]> = "medium",
  isWide = false,
): string {
  return classes(styles.button, styles[variant], styles[size], isWide && styles.wide);
}

/** A large target with few words. While busy it keeps its size and ignores clicks. */
export function Button({
  variant = "secondary",
  size = "medium",
  icon,
  isBusy = false,
  isWide = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={classes(buttonClass(variant, size, isWide), className)}
    >
      {isBusy ? <Spinner size={18} /> : icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
