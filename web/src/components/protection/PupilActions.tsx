import { useState } from "react";
import { erasePupil, pupilFile } from "../../api/protection";
import type { RosterPupil } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Button, buttonClass } from "../Button";
import { Dialog } from "../Dialog";
import { useToast } from "../Toast";
import styles from "./PupilActions.module.css";

interface PupilActionsProps {
  pupil: RosterPupil;
  onErased: () => void;
}

/** What an admin does when parents ask: everything about one pupil as a file, and its erasure. */
export function PupilActions({ pupil, onErased }: PupilActionsProps) {
  const words = useWords().pupilData;
  const toast = useToast();
  const [isAsking, setIsAsking] = useState(false);
  const [run, isBusy] = useAction();
  const erase = () =>
    run(async () => {
      const { unpublished } = await erasePupil(pupil.pupil_id);
      setIsAsking(false);
      toast(words.erased(unpublished));
      onErased();
    });
  return (
    <span className={styles.actions}>
      <a
        href={pupilFile(pupil.pupil_id)}
        download
        className={buttonClass("quiet", "small")}
        aria-label={words.exportOf(pupil.name)}
      >
        {words.export}
      </a>
      <Button
        size="small"
        variant="quiet"
        aria-label={words.eraseOf(pupil.name)}
        onClick={() => setIsAsking(true)}
      >
        {words.erase}
      </Button>
      {isAsking && (
        <Dialog
          title={words.askTitle(pupil.name)}
          onClose={() => setIsAsking(false)}
          actions={
            <Button variant="danger" isBusy={isBusy} onClick={erase}>
              {words.confirm}
            </Button>
          }
        >
          {words.askHint}
        </Dialog>
      )}
    </span>
  );
}
