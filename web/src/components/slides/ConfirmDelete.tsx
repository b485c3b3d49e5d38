import { useState } from "react";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";

interface ConfirmDeleteProps {
  name: string;
  isBusy: boolean;
  onConfirm: () => void;
}

/** Deletes a file after one question, which says where else it will be missing. */
export function ConfirmDelete({ name, isBusy, onConfirm }: ConfirmDeleteProps) {
  const words = useWords();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Button
        size="small"
        variant="quiet"
        icon="trash"
        isBusy={isBusy}
        onClick={() => setIsAsking(true)}
      >
        {words.slides.remove}
        <span className="visually-hidden">{name}</span>
      </Button>
      {isAsking && (
        <Dialog
          title={words.slides.removeTitle(name)}
          onClose={() => setIsAsking(false)}
          actions={
            <Button
              variant="danger"
              onClick={() => {
                setIsAsking(false);
                onConfirm();
              }}
            >
              {words.slides.remove}
            </Button>
          }
        >
          <p>{words.slides.removeHint}</p>
        </Dialog>
      )}
    </>
  );
}
