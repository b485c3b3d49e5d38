import { useEffect } from "react";
import { useAction } from "../../../hooks/useAction";
import { useNow } from "../../../hooks/useNow";
import { useStore } from "../../../hooks/useStore";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { whyUnheard } from "../../../lesson/unheard";
import { Banner } from "../../Banner";
import { Button } from "../../Button";

/** Tells the lead, in words with what to do, when nobody can hear what is said here. */
export function HeardCheck() {
  const { cockpit, media } = useWords();
  const session = useSession();
  const room = useRoom();
  const { microphone } = useStore(session.capture.state);
  const voice = useStore(session.voice.state);
  const now = useNow(session.signaling.clockOffsetMs);
  const [run, isBusy] = useAction();
  const track = microphone.kind === "on" ? microphone.track : null;

  useEffect(() => {
    if (!track) return;
    return session.voice.follow(track, () => Date.now() + session.signaling.clockOffsetMs);
  }, [session, track]);

  if (room.view.phase !== "live") return null;
  const reason = whyUnheard({ ...voice, microphone }, Object.values(room.screens), now);
  if (!reason) return null;
  return (
    <Banner
      tone="warn"
      title={cockpit.unheard[reason].title}
      action={
        reason === "off" && (
          <Button
            icon="microphone"
            isBusy={isBusy}
            onClick={() => run(() => session.switchSource("microphone", true))}
          >
            {media.openMicrophone}
          </Button>
        )
      }
    >
      {cockpit.unheard[reason].hint}
    </Banner>
  );
}
