import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { usePlace, useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";

/** Raises this place on the admins' list of lessons, and takes it off again. */
export function HelpButton() {
  const { cockpit } = useWords();
  const place = usePlace();
  const room = useRoom();
  const [run, isBusy] = useAction();
  const isCalled = (ownPlace(room)?.help_since_ms ?? null) !== null;
  return (
    <Button
      icon="help"
      variant={isCalled ? "stage" : "secondary"}
      disabled={isBusy}
      title={isCalled ? cockpit.endHelp : cockpit.helpHint}
      onClick={() =>
        run(() =>
          place.request(
            isCalled ? { type: "help.clear", participant_id: room.you } : { type: "help.call" },
          ),
        )
      }
    >
      {isCalled ? cockpit.helpCalled : cockpit.help}
    </Button>
  );
}
