import { type PointerEvent, useEffect, useState } from "react";
import { useStore } from "../../hooks/useStore";
import { errorWords, useWords } from "../../i18n";
import { useSession } from "../../lesson/context";
import { RequestRefused } from "../../signaling/client";
import { Pen } from "../../slides/pen";
import { pagePoint } from "../../slides/points";
import { useToast } from "../Toast";
import styles from "./DrawingSurface.module.css";
import { Lines } from "./Ink";
import type { Tool } from "./PenTools";

/** The page under the lead's mouse, finger or pen. */
export function DrawingSurface({ tool }: { tool: Tool }) {
  const pen = usePen();
  const lines = useStore(pen.lines);
  const at = (event: PointerEvent<HTMLDivElement>) =>
    pagePoint(event.clientX, event.clientY, event.currentTarget.getBoundingClientRect());

  return (
    <div
      className={styles.surface}
      data-tool={tool === "pointer" ? "pointer" : "pen"}
      onPointerDown={(event) => {
        if (tool === "pointer" || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pen.begin(tool, at(event));
      }}
      onPointerMove={(event) => {
        if (tool === "pointer") pen.point(at(event));
        else if (event.buttons & 1) pen.move(at(event));
      }}
      onPointerUp={() => pen.end()}
      onPointerCancel={() => pen.end()}
      onPointerLeave={() => tool === "pointer" && pen.point(null)}
    >
      <Lines lines={lines} />
    </div>
  );
}

/** This surface's pen; it stops with the surface, and its pointer with it. */
function usePen(): Pen {
  const words = useWords();
  const toast = useToast();
  const session = useSession();
  const [pen] = useState(
    () =>
      new Pen(
        (message) => session.request(message),
        (error) => {
          const code = error instanceof RequestRefused ? error.code : "failed";
          toast(errorWords(words, code), "error");
        },
      ),
  );
  useEffect(() => () => pen.close(), [pen]);
  return pen;
}
