import { useAction } from "../../../hooks/useAction";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { Button } from "../../Button";
import { useToast } from "../../Toast";

/** How the lesson sounds: as the subject has it until the lead presses here. */
export function SoundSwitch() {
  const words = useWords().sound;
  const session = useSession();
  const toast = useToast();
  const isMusic = useRoom().view.sound_preset === "music";
  const [run, isBusy] = useAction();
  return (
    <Button
      icon={isMusic ? "check" : "speaker"}
      aria-pressed={isMusic}
      title={words.hint}
      disabled={isBusy}
      onClick={() =>
        run(async () => {
          await session.request({ type: "sound.switch", preset: isMusic ? "voice" : "music" });
          toast(isMusic ? words.musicOff : words.musicOn);
        })
      }
    >
      {isMusic ? words.isMusic : words.toMusic}
    </Button>
  );
}
