import { useState } from "react";
import { restoreLesson } from "../../api/lessons";
import type { Lesson } from "../../api/types";
import { useClashAction } from "../../hooks/useClashAction";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { useToast } from "../Toast";

interface RestoreLessonProps {
  lesson: Lesson;
  onChanged: () => void;
}

/** The button beside a cancelled lesson: it takes place after all, unless its time is taken. */
export function RestoreLesson({ lesson, onChanged }: RestoreLessonProps) {
  const { planning, common } = useWords();
  const toast = useToast();
  const [isOpen, setIsOpen] = useState(false);
  const [run, isBusy, refusal] = useClashAction();
  const restore = async () => {
    await restoreLesson(lesson.lesson_id);
    setIsOpen(false);
    toast(planning.restoreDone);
    onChanged();
  };
  return (
    <>
      <Button aria-label={planning.restoreOf(lesson.title)} onClick={() => setIsOpen(true)}>
        {planning.restore}
      </Button>
      {isOpen && (
        <Dialog
          title={planning.restoreOf(lesson.title)}
          cancelLabel={common.close}
          onClose={() => setIsOpen(false)}
          actions={
            <Button variant="primary" isBusy={isBusy} onClick={() => run(restore)}>
              {planning.restoreSubmit}
            </Button>
          }
        >
          {refusal && <Banner tone="live" title={refusal} />}
          <p>{planning.restoreHint}</p>
        </Dialog>
      )}
    </>
  );
}
