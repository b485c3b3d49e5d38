import type { ParticipantView } from "../../../generated/signaling";
import { useAction } from "../../../hooks/useAction";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { assistantsOf, isLeading, observersOf } from "../../../room/selectors";
import { Button } from "../../Button";
import { Card } from "../../Card";
import styles from "./Aside.module.css";
import { InviteStaff } from "./InviteStaff";

/** Assistants and observers by name and office; the lead hands over here, an assistant asks for the lead. */
export function Staff() {
  const { cockpit } = useWords();
  const room = useRoom();
  const assistants = assistantsOf(room);
  const observers = observersOf(room);
  const isNobody = assistants.length + observers.length === 0;
  return (
    <Card className={styles.card} aria-labelledby="staff">
      <h2 id="staff">{cockpit.staff}</h2>
      {isNobody && <p className={styles.none}>{cockpit.noStaff}</p>}
      <ul className={styles.list}>
        {assistants.map((place) => (
          <li key={place.participant_id}>
            <Who place={place} role={cockpit.assistant} />
            <HandOver place={place} />
          </li>
        ))}
        {observers.map((place) => (
          <li key={place.participant_id}>
            <Who place={place} role={cockpit.observer} />
          </li>
        ))}
      </ul>
      {isLeading(room) && <InviteStaff />}
    </Card>
  );
}

function Who({ place, role }: { place: ParticipantView; role: string }) {
  return (
    <span className={styles.who}>
      <strong>{place.name}</strong>
      <small>{place.school ? `${role} · ${place.school}` : role}</small>
    </span>
  );
}

/** The lead's key for each assistant, and an assistant's own. */
function HandOver({ place }: { place: ParticipantView }) {
  const { cockpit } = useWords();
  const session = useSession();
  const room = useRoom();
  const [run, isBusy] = useAction();
  const isOwn = place.participant_id === room.you;
  // Whom nobody could answer is not asked: then the lead is taken over.
  const { proposal, takeover_at_ms: takeoverAtMs } = room.view.lead;
  if (room.view.phase !== "live" || !(isOwn || isLeading(room))) return null;
  return (
    <Button
      size="small"
      disabled={isBusy || proposal !== null || takeoverAtMs !== null}
      onClick={() =>
        run(() => session.request({ type: "lead.propose", to_id: place.participant_id }))
      }
    >
      {isOwn ? cockpit.askForLead : cockpit.handOver}
    </Button>
  );
}
