import { useAction } from "../../hooks/useAction";
import { useNow } from "../../hooks/useNow";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { formatDuration } from "../../lesson/format";
import { handQueueOf } from "../../room/selectors";
import { Button } from "../Button";
import { Card } from "../Card";
import styles from "./Aside.module.css";

/** Hands up across all classrooms, longest waiting first. */
export function HandQueue() {
  const words = useWords();
  const session = useSession();
  const queue = handQueueOf(useRoom());
  const now = useNow(session.signaling.clockOffsetMs);
  const [run, isBusy] = useAction();
  const mayAct = session.ticket.role !== "observer";
  return (
    <Card className={styles.card} aria-labelledby="hands">
      <h2 id="hands">{words.lead.hands}</h2>
      {queue.length === 0 && <p className={styles.none}>{words.lead.noHands}</p>}
      <ol className={styles.list}>
        {queue.map((place) => (
          <li key={place.participant_id}>
            <span className={styles.who}>
              <strong>{place.name}</strong>
              <small>
                {words.lead.handWaited(formatDuration(now - (place.hand_raised_ms ?? now)))}
              </small>
            </span>
            {mayAct && (
              <Button
                size="small"
                disabled={isBusy}
                onClick={() =>
                  run(() =>
                    session.request({
                      type: "hand.lower",
                      participant_id: place.participant_id,
                    }),
                  )
                }
              >
                {words.lead.lowerHand}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}
