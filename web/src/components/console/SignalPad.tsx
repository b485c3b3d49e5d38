import type { SignalName } from "../../generated/signaling";
import { useAction } from "../../hooks/useAction";
import { useNow } from "../../hooks/useNow";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { formatDuration } from "../../lesson/format";
import type { RoomState } from "../../room/reduce";
import { Button } from "../Button";
import styles from "./SignalPad.module.css";

const SIGNALS: readonly SignalName[] = [
  "slower",
  "repeat",
  "frozen",
  "no_sound",
  "two_minutes",
  "ready",
];

/** One touch tells the staff something; the same key takes it back. No pupil sees any of it. */
export function SignalPad() {
  const { console: words, signals } = useWords();
  const place = usePlace();
  const room = useRoom();
  const [run, isBusy] = useAction();
  const standing = ownSignal(room)?.signal;
  const press = (signal: SignalName) =>
    run(() =>
      place.request(
        signal === standing
          ? { type: "signal.clear", participant_id: room.you }
          : { type: "signal.raise", signal },
      ),
    );
  return (
    <section className={styles.pad} aria-labelledby="signals">
      <h2 id="signals">{words.tellStaff}</h2>
      <div className={styles.keys}>
        {SIGNALS.map((signal) => (
          <Button
            key={signal}
            size="large"
            variant={signal === standing ? "stage" : "secondary"}
            aria-pressed={signal === standing}
            disabled={isBusy}
            onClick={() => press(signal)}
          >
            {signals[signal]}
          </Button>
        ))}
      </div>
      <Answer />
    </section>
  );
}

/** Whether anybody has taken note. Its line is always there, so that no key moves under the thumb. */
function Answer() {
  const { console: words, signals } = useWords();
  const place = usePlace();
  const room = useRoom();
  const now = useNow(place.signaling.clockOffsetMs);
  const standing = ownSignal(room);
  return (
    <p className={styles.answer} role="status">
      {standing && words.signalStands(formatDuration(now - standing.raised_ms))}
      {room.noted && words.signalNoted(signals[room.noted])}
    </p>
  );
}

const ownSignal = (room: RoomState) => room.private?.signals[room.you];
