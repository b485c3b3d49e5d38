import { useAction } from "../../../hooks/useAction";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { isLeading } from "../../../room/selectors";
import type { RequestBody } from "../../../signaling/client";
import { Button } from "../../Button";
import type { IconName } from "../../Icon";

/** What concerns all classrooms at once: open floor, sing-along, and the lead large on every screen. */
export function WholeClassButtons() {
  const { cockpit, lead } = useWords();
  const room = useRoom();
  const { view, you } = room;
  const isLarge = view.spotlight === view.lead.participant_id;
  return (
    <>
      <Switch
        icon="people"
        isOn={view.is_floor_open}
        words={view.is_floor_open ? lead.closeFloor : lead.openFloor}
        body={{ type: view.is_floor_open ? "floor.close" : "floor.open" }}
      />
      <Switch
        icon="note"
        isOn={view.is_sing_along}
        words={view.is_sing_along ? cockpit.endSingAlong : cockpit.singAlong}
        body={{ type: view.is_sing_along ? "sing_along.stop" : "sing_along.start" }}
      />
      {isLeading(room) && (
        <Switch
          icon="enlarge"
          isOn={isLarge}
          words={isLarge ? cockpit.endSpotlight : cockpit.spotlightMe}
          body={{ type: "spotlight.move", participant_id: isLarge ? null : you }}
        />
      )}
    </>
  );
}

interface SwitchProps {
  icon: IconName;
  isOn: boolean;
  words: string;
  body: RequestBody;
}

function Switch({ icon, isOn, words, body }: SwitchProps) {
  const session = useSession();
  const [run, isBusy] = useAction();
  return (
    <Button
      icon={icon}
      variant={isOn ? "stage" : "secondary"}
      disabled={isBusy}
      onClick={() => run(() => session.request(body))}
    >
      {words}
    </Button>
  );
}
