import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { classes } from "./classes";
import styles from "./Toast.module.css";

type Tone = "info" | "error";
type ShowToast = (text: string, tone?: Tone) => void;

const SHOWN_FOR_MS = 6_000;

const ToastContext = createContext<ShowToast>(() => undefined);

/** Short passing messages at the bottom of the window, read out politely. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<{ id: number; text: string; tone: Tone }[]>([]);
  const lastId = useRef(0);

  const show = useCallback<ShowToast>((text, tone = "info") => {
    lastId.current += 1;
    const id = lastId.current;
    setToasts((shown) => [
      ...shown.filter((toast) => toast.text !== text).slice(-2),
      { id, text, tone },
    ]);
    window.setTimeout(
      () => setToasts((shown) => shown.filter((toast) => toast.id !== id)),
      SHOWN_FOR_MS,
    );
  }, []);

  return (
    <ToastContext value={show}>
      {children}
      <div className={styles.toasts} role="status" aria-live="polite">
        {toasts.map((toast) => (
          <p
            key={toast.id}
            className={classes(styles.toast, toast.tone === "error" && styles.error)}
          >
            {toast.text}
          </p>
        ))}
      </div>
    </ToastContext>
  );
}

export function useToast(): ShowToast {
  return useContext(ToastContext);
}
