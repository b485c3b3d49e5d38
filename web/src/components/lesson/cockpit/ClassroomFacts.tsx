import type { ParticipantView } from "../../../generated/signaling";
import { useNow } from "../../../hooks/useNow";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { isSpeaking } from "../../../room/selectors";
import { quietMinutes } from "../../../room/turns";
import { Badge } from "../../Badge";
import styles from "./ClassroomCard.module.css";
import { ScreenWords } from "./ScreenWords";

/** Below this nobody needs to be told. */
const WORTH_SAYING_MIN = 3;

/** One line about a classroom: what its screen shows, how long it was not heard, whether it needs help. */
export function ClassroomFacts({ place }: { place: ParticipantView }) {
  const { cockpit } = useWords();
  const room = useRoom();
  const isThere = place.presence === "present" && room.view.phase === "live";
  const isHeardNow = place.place === "on" || isSpeaking(room, place.participant_id);
  return (
    <div className={styles.facts}>
      {place.help_since_ms !== null && (
        <Badge tone="live" icon="help">
          {cockpit.needsHelp}
        </Badge>
      )}
      {room.view.spotlight === place.participant_id && (
        <Badge tone="stage" icon="enlarge">
          {cockpit.inSpotlight}
        </Badge>
      )}
      {place.head_count !== null && <span>{cockpit.heads(place.head_count)}</span>}
      <ScreenWords place={place} />
      {isThere && !isHeardNow && <QuietWords place={place} />}
    </div>
  );
}

function QuietWords({ place }: { place: ParticipantView }) {
  const { cockpit } = useWords();
  const session = useSession();
  const now = useNow(session.signaling.clockOffsetMs);
  const minutes = quietMinutes(place, now);
  if (minutes === null) return <span>{cockpit.neverHeard}</span>;
  return minutes >= WORTH_SAYING_MIN ? <span>{cockpit.hearTurn(minutes)}</span> : null;
}
