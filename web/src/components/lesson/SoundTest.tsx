import { useEffect, useRef, useState } from "react";
import { useWords } from "../../i18n";
import { playChime } from "../../media/chime";
import { playBack, RECORD_MS, record } from "../../media/soundTest";
import { Button } from "../Button";
import styles from "./SoundTest.module.css";

type Step = "idle" | "chime" | "recording" | "playing" | "heard" | "silent" | "failed";

/** Plays a sound, then records the microphone and plays that back: what pupils and teachers will hear. */
export function SoundTest({ microphone }: { microphone: MediaStreamTrack | null }) {
  const words = useWords().soundTest;
  const [step, setStep] = useState<Step>("idle");
  const stop = useRef(new AbortController());
  // It may be opened anew while the loudspeaker is tried.
  const current = useRef(microphone);
  current.current = microphone;
  useEffect(() => {
    const ending = new AbortController();
    stop.current = ending;
    return () => ending.abort();
  }, []);

  async function run() {
    const { signal } = stop.current;
    const tell = (next: Step) => {
      if (!signal.aborted) setStep(next);
    };
    try {
      tell("chime");
      await playChime();
      if (!current.current) return tell("failed");
      tell("recording");
      const { sound, isAudible } = await record(current.current);
      if (!isAudible) return tell("silent");
      tell("playing");
      await playBack(sound, signal);
      tell("heard");
    } catch {
      tell("failed");
    }
  }

  const isRunning = step === "chime" || step === "recording" || step === "playing";
  return (
    <div className={styles.test}>
      <Button size="small" icon="speaker" isBusy={isRunning} onClick={() => void run()}>
        {step === "idle" || isRunning ? words.start : words.again}
      </Button>
      <p role="status" className={styles.step}>
        {words.steps[step](Math.round(RECORD_MS / 1000))}
      </p>
    </div>
  );
}
