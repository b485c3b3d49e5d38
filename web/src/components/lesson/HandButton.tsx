import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button, type ButtonProps } from "../Button";

/** The classroom's hand: raise it, or lower it again. */
export function HandButton(look: Pick<ButtonProps, "className" | "isWide">) {
  const { classroom } = useWords();
  const place = usePlace();
  const room = useRoom();
  const [run, isBusy] = useAction();
  const isUp = (ownPlace(room)?.hand_raised_ms ?? null) !== null;
  return (
    <Button
      {...look}
      variant={isUp ? "stage" : "primary"}
      size={look.isWide ? "huge" : "large"}
      icon="hand"
      disabled={isBusy}
      onClick={() =>
        run(() =>
          place.request(
            isUp ? { type: "hand.lower", participant_id: room.you } : { type: "hand.raise" },
          ),
        )
      }
    >
      {isUp ? classroom.lowerHand : classroom.raiseHand}
    </Button>
  );
}
