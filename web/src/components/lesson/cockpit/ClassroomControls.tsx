import { useState } from "react";
import type { ParticipantView } from "../../../generated/signaling";
import { useAction } from "../../../hooks/useAction";
import { useNow } from "../../../hooks/useNow";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { isLeading } from "../../../room/selectors";
import type { RequestBody } from "../../../signaling/client";
import { Button } from "../../Button";
import styles from "./ClassroomCard.module.css";

/** What staff may do with one classroom. The lead alone listens in. */
export function ClassroomControls({ place }: { place: ParticipantView }) {
  const words = useWords();
  const session = useSession();
  const room = useRoom();
  const [run, isBusy] = useAction();
  const id = place.participant_id;
  const ask = (body: RequestBody) => run(() => session.request(body));
  const isListening = room.view.listening[room.you] === id;
  const isAway = place.presence !== "present" || room.view.phase !== "live";

  // One row whatever the state, so that no card grows under a hand: on stage everybody hears anyway.
  const isOpen = place.place === "on" && !room.view.is_sing_along;
  const mayListen = isLeading(room) && (!isOpen || isListening);
  const isLarge = room.view.spotlight === id;

  return (
    <div className={styles.controls}>
      <StageButton
        place={place}
        isDisabled={isBusy || (isAway && place.place === "off")}
        ask={ask}
      />
      {mayListen && (
        <Button
          size="small"
          icon="ear"
          variant={isListening ? "primary" : "secondary"}
          disabled={isBusy || isAway}
          onClick={() =>
            ask(isListening ? { type: "listen.stop" } : { type: "listen.start", seat_id: id })
          }
        >
          {isListening ? words.lead.stopListen : words.lead.listen}
        </Button>
      )}
      {place.place === "on" && (
        <Button
          size="small"
          icon="enlarge"
          variant={isLarge ? "primary" : "secondary"}
          disabled={isBusy}
          onClick={() => ask({ type: "spotlight.move", participant_id: isLarge ? null : id })}
        >
          {isLarge ? words.cockpit.endSpotlight : words.cockpit.spotlight}
        </Button>
      )}
      {place.place !== "called" && (
        <Button
          size="small"
          disabled={isBusy || isAway}
          onClick={() =>
            ask({
              type: place.is_muted ? "participant.unmute" : "participant.mute",
              participant_id: id,
            })
          }
        >
          {place.is_muted ? words.lead.unmute : words.lead.mute}
        </Button>
      )}
    </div>
  );
}

interface StageButtonProps {
  place: ParticipantView;
  isDisabled: boolean;
  ask: (body: RequestBody) => void;
}

function StageButton({ place, isDisabled, ask }: StageButtonProps) {
  const words = useWords();
  const seat_id = place.participant_id;
  switch (place.place) {
    case "off":
      return (
        <Button
          size="small"
          variant="primary"
          icon="up"
          disabled={isDisabled}
          onClick={() => ask({ type: "callup.call", seat_id })}
        >
          {words.lead.call}
        </Button>
      );
    case "called":
      return (
        <span className={styles.waiting}>
          <Waiting />
          <Button size="small" onClick={() => ask({ type: "callup.cancel", seat_id })}>
            {words.lead.cancelCall}
          </Button>
        </span>
      );
    case "on":
      return (
        <Button
          size="small"
          variant="stage"
          icon="down"
          disabled={isDisabled}
          onClick={() => ask({ type: "stage.send_down", seat_id })}
        >
          {words.lead.sendDown}
        </Button>
      );
  }
}

/** How long the call has been open, counted from when this screen learnt of it. */
function Waiting() {
  const words = useWords();
  const now = useNow(0);
  const [sinceMs] = useState(now);
  return <strong role="timer">{words.lead.waiting(Math.round((now - sinceMs) / 1000))}</strong>;
}
