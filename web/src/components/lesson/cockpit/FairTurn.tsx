import { useAction } from "../../../hooks/useAction";
import { useNow } from "../../../hooks/useNow";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { fairTurnOf, quietMinutes } from "../../../room/turns";
import { Button } from "../../Button";
import styles from "./Aside.module.css";

/** One line: which classroom has waited longest to speak, and the key that calls it up. */
export function FairTurn() {
  const { cockpit, lead } = useWords();
  const session = useSession();
  const room = useRoom();
  const now = useNow(session.signaling.clockOffsetMs);
  const [run, isBusy] = useAction();
  const place = fairTurnOf(room);
  if (!place) return null;
  const minutes = quietMinutes(place, now);
  return (
    <p className={styles.line}>
      <span>
        {minutes === null ? cockpit.turnNever(place.name) : cockpit.turnWaits(place.name, minutes)}
      </span>
      <Button
        size="small"
        disabled={isBusy}
        onClick={() =>
          run(() => session.request({ type: "callup.call", seat_id: place.participant_id }))
        }
      >
        {lead.call}
      </Button>
    </p>
  );
}
