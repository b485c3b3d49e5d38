import { useAction } from "../../../hooks/useAction";
import { useNow } from "../../../hooks/useNow";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { formatDuration } from "../../../lesson/format";
import { handQueueOf } from "../../../room/selectors";
import type { RequestBody } from "../../../signaling/client";
import { Button } from "../../Button";
import { Card } from "../../Card";
import styles from "./Aside.module.css";
import { FairTurn } from "./FairTurn";

/** Hands up across all classrooms, longest waiting first, and whose turn it would be. */
export function HandQueue() {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const queue = handQueueOf(room);
  const isLive = room.view.phase === "live";
  const now = useNow(session.signaling.clockOffsetMs);
  const [run, isBusy] = useAction();
  const ask = (body: RequestBody) => run(() => session.request(body));
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
                {place.heard_ms === null && ` · ${words.cockpit.neverHeard}`}
              </small>
            </span>
            {mayAct && (
              <span className={styles.buttons}>
                <Button
                  size="small"
                  variant="primary"
                  disabled={isBusy || place.place !== "off" || place.presence !== "present"}
                  onClick={() => ask({ type: "callup.call", seat_id: place.participant_id })}
                >
                  {words.lead.call}
                </Button>
                <Button
                  size="small"
                  disabled={isBusy}
                  onClick={() => ask({ type: "hand.lower", participant_id: place.participant_id })}
                >
                  {words.lead.lowerHand}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ol>
      {mayAct && isLive && <FairTurn />}
    </Card>
  );
}
