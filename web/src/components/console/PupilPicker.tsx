import { useCallback, useId, useState } from "react";
import { getRollCall } from "../../api/attendance";
import type { RollPupil } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLoaded } from "../../hooks/useLoaded";
import { errorWords, useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { came } from "../../rollcall/marks";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Spinner } from "../Spinner";
import styles from "./PupilPicker.module.css";

/** On stage: who speaks. The lead and the staff read the name; no pupil's screen and no recording has it. */
export function PupilPicker() {
  const { console: words } = useWords();
  const { private: known, you } = useRoom();
  const [isOpen, setIsOpen] = useState(false);
  const listId = useId();
  const speaking = known?.pupils[you];
  return (
    <section className={styles.picker}>
      <Button
        size="large"
        icon="people"
        isWide
        aria-expanded={isOpen}
        aria-controls={listId}
        onClick={() => setIsOpen(!isOpen)}
      >
        {speaking ? words.speaks(speaking.name) : words.whoSpeaks}
      </Button>
      <div id={listId}>{isOpen && <Names onChosen={() => setIsOpen(false)} />}</div>
    </section>
  );
}

function Names({ onChosen }: { onChosen: () => void }) {
  const words = useWords();
  const place = usePlace();
  const { view, you, private: known } = useRoom();
  const [run, isBusy] = useAction();
  const lessonId = view.lesson_id;
  const load = useCallback(
    () => getRollCall(lessonId, you, place.ticket.token),
    [lessonId, you, place],
  );
  const [roll, reload] = useLoaded(load);
  const speakingId = known?.pupils[you]?.pupil_id;
  const name = (pupilId: string | null) =>
    run(async () => {
      await place.request({ type: "pupil.name", pupil_id: pupilId });
      onChosen();
    });

  if (roll.state === "loading") return <Spinner label={words.common.loading} />;
  if (roll.state === "failed") {
    return (
      <Banner
        tone="warn"
        title={errorWords(words, roll.error.code)}
        action={<Button onClick={reload}>{words.common.retry}</Button>}
      />
    );
  }
  const pupils = roll.value.pupils.filter(mayHaveCome);
  if (pupils.length === 0) return <p>{words.console.noNames}</p>;
  return (
    <ul className={styles.names}>
      {pupils.map((pupil) => (
        <li key={pupil.pupil_id}>
          <Button
            isWide
            variant={pupil.pupil_id === speakingId ? "stage" : "secondary"}
            aria-pressed={pupil.pupil_id === speakingId}
            disabled={isBusy}
            onClick={() => name(pupil.pupil_id === speakingId ? null : pupil.pupil_id)}
          >
            {pupil.name}
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** Erased pupils have no name, and who was called absent, with leave or without, does not speak. */
const mayHaveCome = (pupil: RollPupil) =>
  pupil.name !== null && (pupil.mark === null || came(pupil.mark));
