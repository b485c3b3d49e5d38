import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";

/** Raises this place on the admins' list of lessons, and takes it off again. */
export function HelpButton() {
  const { cockpit } = useWords();
  const session = useSession();
  const room = useRoom();
  const [run, isBusy] = useAction();
  const isCalled = (ownPlace(room)?.help_since_ms ?? null) !== null;
  return (
    <Button
      icon="help"
      variant={isCalled ? "stage" : "secondary"}
      disabled={isBusy}
      title={isCalled ? cockpit.endHelp : undefined}
      onClick={() =>
        run(() =>
          session.request(
            isCalled ? { type: "help.clear", participant_id: room.you } : { type: "help.call" },
          ),
        )
      }
    >
      {isCalled ? cockpit.helpCalled : cockpit.help}
    </Button>
  );
}
