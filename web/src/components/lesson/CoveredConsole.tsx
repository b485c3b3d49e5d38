import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { useNow } from "../../hooks/useNow";
import { errorWords, useWords } from "../../i18n";
import { useLink, useRoom, useRoomOrNull, useSession } from "../../lesson/context";
import { isProjectorOpen } from "../../lesson/projector";
import { deviceId } from "../../signaling/ticket";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { ConsoleProvider } from "../console/ConsoleProvider";
import { Dialog } from "../Dialog";
import { PrivateDrawer } from "../PrivateDrawer";
import { Spinner } from "../Spinner";

/** Loaded when it is first opened: most classrooms use a phone. */
const ConsoleDesk = lazy(() => import("../console/ConsoleDesk"));

type Cover = "closed" | "asking" | "open";

/**
 * The console on the classroom's own PC, under a cover: what is private has a socket of its own, which is open only
 * while the cover is. With a projector window the PC's screen is the teacher's alone, and the cover stays open.
 */
export function CoveredConsole() {
  const { console: words } = useWords();
  const { ticket } = useSession();
  const { isWaiting } = useRoom();
  const [cover, setCover] = useState<Cover>("closed");
  const close = useCallback(() => setCover("closed"), []);
  return (
    <>
      <Button
        icon="lock"
        variant={isWaiting ? "stage" : "secondary"}
        aria-expanded={cover === "open"}
        onClick={() => setCover(isProjectorOpen() ? "open" : "asking")}
      >
        {words.title}
        {isWaiting && <span className="visually-hidden">{words.waiting}</span>}
      </Button>
      {cover === "asking" && (
        <Dialog
          title={words.openCover}
          onClose={close}
          actions={
            <Button variant="primary" onClick={() => setCover("open")}>
              {words.openCoverNow}
            </Button>
          }
        >
          <p>{words.openCoverHint}</p>
        </Dialog>
      )}
      {cover === "open" && (
        <Uncovered onClose={close}>
          <ConsoleProvider ticket={ticket} deviceId={`${deviceId()}-console`}>
            <Desk />
          </ConsoleProvider>
        </Uncovered>
      )}
    </>
  );
}

function Uncovered({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const { console: words } = useWords();
  // The window may be closed at any time, and then pupils look at this screen again.
  useNow(0);
  return (
    <PrivateDrawer title={words.title} isExposed={!isProjectorOpen()} onClose={onClose}>
      {children}
    </PrivateDrawer>
  );
}

function Desk() {
  const words = useWords();
  const link = useLink();
  const room = useRoomOrNull();
  if (link.kind === "refused") return <Banner tone="warn" title={errorWords(words, link.code)} />;
  const spinner = <Spinner label={words.lesson.connecting} />;
  if (!room) return spinner;
  return (
    <Suspense fallback={spinner}>
      <ConsoleDesk />
    </Suspense>
  );
}
