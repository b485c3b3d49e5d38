import type { ParticipantView, SignalName } from "../../generated/signaling";
import { useAction } from "../../hooks/useAction";
import { useNow } from "../../hooks/useNow";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { formatDuration } from "../../lesson/format";
import { Badge } from "../Badge";
import { Button } from "../Button";
import styles from "./BackChannelMarks.module.css";

/** On a classroom's card: its signal with its age, to be acknowledged, and who speaks. Hidden while a screen is shared. */
export function BackChannelMarks({ place }: { place: ParticipantView }) {
  const { chat: words } = useWords();
  const { capture } = useSession();
  const view = useRoom().private;
  const isSharing = useStore(capture.state).screen.kind === "on";
  const signal = view?.signals[place.participant_id];
  const pupil = view?.pupils[place.participant_id];
  if (isSharing) return signal && <Badge tone="warn">{words.hiddenSignal}</Badge>;
  return (
    <>
      {pupil?.name && <Badge tone="night">{words.pupilSpeaks(pupil.name)}</Badge>}
      {signal && <Signal place={place} signal={signal} />}
    </>
  );
}

interface SignalProps {
  place: ParticipantView;
  signal: { signal: SignalName; raised_ms: number };
}

function Signal({ place, signal }: SignalProps) {
  const { chat: words, signals } = useWords();
  const session = useSession();
  const now = useNow(session.signaling.clockOffsetMs);
  const [run, isBusy] = useAction();
  const text = `${signals[signal.signal]} ${formatDuration(now - signal.raised_ms)}`;
  if (session.ticket.role === "observer") return <Badge tone="warn">{text}</Badge>;
  return (
    <Button
      size="small"
      variant="stage"
      icon="check"
      title={words.acknowledge}
      className={styles.acknowledge}
      disabled={isBusy}
      onClick={() =>
        run(() => session.request({ type: "signal.clear", participant_id: place.participant_id }))
      }
    >
      {text}
      <span className="visually-hidden">{words.acknowledge}</span>
    </Button>
  );
}
