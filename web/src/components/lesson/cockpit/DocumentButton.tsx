import { useState } from "react";
import { useStore } from "../../../hooks/useStore";
import { useWords } from "../../../i18n";
import { useSession } from "../../../lesson/context";
import type { CaptureState } from "../../../media/capture";
import { Button } from "../../Button";
import { Dialog } from "../../Dialog";
import { useToast } from "../../Toast";
import styles from "./DocumentButton.module.css";

/** Shows the document camera in every classroom. Which camera that is, is asked where it is not clear. */
export function DocumentButton() {
  const words = useWords().document;
  const { capture } = useSession();
  const state = useStore(capture.state);
  const toast = useToast();
  const [isAsking, setIsAsking] = useState(false);
  const isOn = state.document.kind === "on";
  if (!isOn && !("mediaDevices" in navigator)) return null;

  function press() {
    if (isOn) return capture.switchOff("document");
    if (state.cameras.length === 0) return toast(words.none, "error");
    const candidate = onlyCandidate(state);
    if (candidate === null) setIsAsking(true);
    else void capture.showDocument(candidate);
  }

  return (
    <>
      <Button
        icon="page"
        variant={isOn ? "stage" : "secondary"}
        disabled={state.document.kind === "starting"}
        onClick={press}
      >
        {isOn ? words.hide : words.show}
      </Button>
      {isAsking && (
        <ChooseCamera
          state={state}
          onClose={() => setIsAsking(false)}
          onChoose={(id) => {
            setIsAsking(false);
            void capture.showDocument(id);
          }}
        />
      )}
    </>
  );
}

/** The camera of last time, or the only one that does not film the lead; null: somebody has to say. */
function onlyCandidate(state: CaptureState): string | null {
  const { documentId } = state.choice;
  if (state.cameras.some(({ id }) => id === documentId)) return documentId;
  const face = faceOf(state);
  const others = state.cameras.filter(({ id }) => id !== face);
  return face !== "" && others.length === 1 ? (others[0]?.id ?? null) : null;
}

/** The id of the camera that films the lead; empty if none does. */
function faceOf({ camera }: CaptureState): string {
  return camera.kind === "on" ? (camera.track.getSettings().deviceId ?? "") : "";
}

interface ChooseCameraProps {
  state: CaptureState;
  onClose: () => void;
  onChoose: (id: string) => void;
}

function ChooseCamera({ state, onClose, onChoose }: ChooseCameraProps) {
  const words = useWords().document;
  const face = faceOf(state);
  return (
    <Dialog title={words.chooseTitle} onClose={onClose}>
      <p>{words.chooseHint}</p>
      <ul className={styles.cameras}>
        {state.cameras.map(({ id, label }, i) => (
          <li key={id}>
            <Button icon="camera" isWide onClick={() => onChoose(id)}>
              {label || words.unnamed(i + 1)}
              {id === face && ` (${words.face})`}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
