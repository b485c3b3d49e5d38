import type { ParticipantView } from "../../../generated/signaling";
import { useNow } from "../../../hooks/useNow";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { formatDuration } from "../../../lesson/format";
import { listenersOf } from "../../../room/selectors";
import { Badge } from "../../Badge";
import { BackChannelMarks } from "../BackChannelMarks";
import { PlaceQuality } from "../LinkQuality";
import { ParticipantTile } from "../ParticipantTile";
import styles from "./ClassroomCard.module.css";
import { ClassroomControls } from "./ClassroomControls";
import { ClassroomFacts } from "./ClassroomFacts";
import { SeatInvite } from "./SeatInvite";

/** One classroom as staff see it: picture, state, and what may be done. */
export function ClassroomCard({ place }: { place: ParticipantView }) {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const isOnStage = place.place === "on";
  const mayAct = session.ticket.role !== "observer";
  return (
    <li className={styles.card} aria-label={`${place.name} ${place.school}`}>
      <ParticipantTile
        place={place}
        isOnStage={isOnStage}
        status={<PlaceQuality place={place} />}
        marks={
          <>
            {isOnStage && (
              <Badge tone="stage" icon="up">
                {words.lesson.onStage}
              </Badge>
            )}
            {place.hand_raised_ms !== null && <HandMark raisedMs={place.hand_raised_ms} />}
            {place.is_muted && (
              <Badge tone="night" icon="microphoneOff">
                {words.lead.muted}
              </Badge>
            )}
            {isSilent(place) && (
              <Badge tone="night" icon="microphoneOff">
                {words.media.microphoneOff}
              </Badge>
            )}
            <BackChannelMarks place={place} />
            {place.accepts_by_itself && <Badge tone="stage">{words.lead.acceptsByItself}</Badge>}
            {place.saves_data && <Badge tone="night">{words.lead.savesData}</Badge>}
            {listenersOf(room, place.participant_id).length > 0 && (
              <Badge tone="ok" icon="ear">
                {words.lead.listening}
              </Badge>
            )}
            {room.view.is_recorded && !place.is_recorded && (
              <Badge tone="night">{words.lead.notRecorded}</Badge>
            )}
          </>
        }
      />
      <ClassroomFacts place={place} />
      {place.presence === "absent" && mayAct ? (
        <SeatInvite seatId={place.participant_id} name={place.name} />
      ) : (
        mayAct && <ClassroomControls place={place} />
      )}
    </li>
  );
}

function HandMark({ raisedMs }: { raisedMs: number }) {
  const words = useWords();
  const { signaling } = useSession();
  const now = useNow(signaling.clockOffsetMs);
  return (
    <Badge tone="stage" icon="hand">
      {words.lead.handIsUp} {formatDuration(now - raisedMs)}
    </Badge>
  );
}

/** Its people closed the microphone themselves; the lead must not wait for an answer. */
function isSilent(place: ParticipantView): boolean {
  return place.presence === "present" && place.switched_off.includes("microphone");
}
