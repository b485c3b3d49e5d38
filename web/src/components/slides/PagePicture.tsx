import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from "react";
import { useWords } from "../../i18n";
import { classes } from "../classes";
import { Spinner } from "../Spinner";
import styles from "./PagePicture.module.css";

interface PagePictureProps {
  number: number;
  /** Address of the sharp picture. */
  sharp: string;
  /** Of a light one to show first; null: there is none, or no need for it. */
  light: string | null;
  /** Width by height. */
  shape: number;
  label: string;
  /** The page can be seen. */
  onPainted?: () => void;
  /** It can be seen sharply: what comes next may load. */
  onSharp?: () => void;
  /** It did not come; it is tried again. The address may have expired. */
  onFailed?: () => void;
  children?: ReactNode;
}

const TRY_AGAIN_MS = 3_000;

/** One page in its shape from the first moment on: the light picture where there is one, then the sharp one over it. */
export function PagePicture(props: PagePictureProps) {
  const { number, sharp, light, shape, label, onPainted, onSharp, onFailed, children } = props;
  const words = useWords();
  const [seen, setSeen] = useState<"nothing" | "light" | "sharp">("nothing");
  const [isLightOver, setIsLightOver] = useState(false);
  const [failures, setFailures] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const isWaiting = failures > attempt;

  useEffect(() => {
    if (failures === 0) return;
    const timer = setTimeout(() => setAttempt(failures), TRY_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [failures]);

  const style = { "--shape": shape } as CSSProperties;
  const wantsSharp = light === null || isLightOver;
  return (
    <div role="img" aria-label={label} className={styles.page} style={style} data-page={number}>
      {light !== null && (
        <Layer
          address={light}
          isShown={seen !== "nothing"}
          onPainted={() => {
            setSeen((now) => (now === "sharp" ? now : "light"));
            setIsLightOver(true);
            onPainted?.();
          }}
          onFailed={() => setIsLightOver(true)}
        />
      )}
      {wantsSharp && !isWaiting && (
        <Layer
          key={attempt}
          address={sharp}
          isShown={seen === "sharp"}
          onPainted={() => {
            setSeen("sharp");
            onPainted?.();
            onSharp?.();
          }}
          onFailed={() => {
            setFailures(attempt + 1);
            onFailed?.();
          }}
        />
      )}
      {seen === "nothing" && (
        <div className={styles.waiting}>
          <Spinner size={40} />
          <span>{failures === 0 ? words.slides.opening : words.slides.tryingAgain}</span>
        </div>
      )}
      {children}
    </div>
  );
}

interface LayerProps {
  address: string;
  isShown: boolean;
  onPainted: () => void;
  onFailed: () => void;
}

function Layer({ address, isShown, onPainted, onFailed }: LayerProps) {
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  return (
    <img
      className={classes(styles.layer, isShown && styles.shown)}
      src={address}
      alt=""
      draggable={false}
      data-painted={isShown}
      onLoad={({ currentTarget }) => {
        currentTarget
          .decode()
          .then(twoFrames)
          .then(
            () => isMounted.current && onPainted(),
            () => isMounted.current && onFailed(),
          );
      }}
      onError={onFailed}
    />
  );
}

/** After the second frame what was decoded before the first one is on the screen. */
function twoFrames(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}
