import type { ColorName } from "../../generated/signaling";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { useSession } from "../../lesson/context";
import { Button } from "../Button";
import { classes } from "../classes";
import styles from "./PenTools.module.css";

/** The pointer, or a pen of this colour. */
export type Tool = "pointer" | ColorName;

const COLORS: readonly ColorName[] = ["red", "blue", "green"];

interface PenToolsProps {
  tool: Tool;
  onTool: (tool: Tool) => void;
  hasLines: boolean;
}

/** What the lead's hand on the page does, and how to take it back. */
export function PenTools({ tool, onTool, hasLines }: PenToolsProps) {
  const words = useWords();
  const session = useSession();
  const [run, isBusy] = useAction();
  return (
    <div className={styles.bar}>
      <fieldset className={styles.tools}>
        <legend className="visually-hidden">{words.slides.tools}</legend>
        <Button
          size="small"
          icon="pointer"
          variant={tool === "pointer" ? "primary" : "secondary"}
          aria-pressed={tool === "pointer"}
          onClick={() => onTool("pointer")}
        >
          {words.slides.pointer}
        </Button>
        {COLORS.map((color) => (
          <Button
            key={color}
            size="small"
            icon="pencil"
            variant={tool === color ? "primary" : "secondary"}
            aria-pressed={tool === color}
            onClick={() => onTool(color)}
          >
            {words.slides.pens[color]}
            <span className={classes(styles.dot, styles[color])} aria-hidden="true" />
          </Button>
        ))}
      </fieldset>
      <Button
        size="small"
        icon="undo"
        disabled={!hasLines || isBusy}
        onClick={() => run(() => session.request({ type: "stroke.undo" }))}
      >
        {words.slides.undo}
      </Button>
      <Button
        size="small"
        disabled={!hasLines || isBusy}
        onClick={() => run(() => session.request({ type: "strokes.clear" }))}
      >
        {words.slides.clear}
      </Button>
    </div>
  );
}
