import { useState } from "react";
import type { Recording } from "../../api/types";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { ShareDialog } from "./ShareDialog";

/** Opens the dialog in which a recording is published and links to it are made. */
export function ShareButton({ recording }: { recording: Recording }) {
  const words = useWords();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="primary" icon="people" onClick={() => setIsOpen(true)}>
        {words.sharing.open}
      </Button>
      {isOpen && (
        <ShareDialog
          recordingId={recording.recording_id}
          durationMs={recording.duration_ms}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
