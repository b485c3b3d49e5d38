import { useAction } from "../../../hooks/useAction";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { useFeedback } from "../../../lesson/useFeedback";
import { participantOf } from "../../../room/selectors";
import { Banner } from "../../Banner";
import { Button } from "../../Button";

/** Tells the lead which classroom's loudspeaker comes back through its microphone, and what to do about it. */
export function FeedbackHint() {
  const words = useWords().sound;
  const room = useRoom();
  return useFeedback().map((id) => {
    const place = participantOf(room, id);
    if (!place || place.is_muted) return null;
    return (
      <Banner
        key={id}
        tone="warn"
        title={words.feedback(`${place.name} ${place.school}`)}
        action={<MuteButton participantId={id} />}
      >
        {words.feedbackHint}
      </Banner>
    );
  });
}

function MuteButton({ participantId }: { participantId: string }) {
  const words = useWords().sound;
  const session = useSession();
  const [run, isBusy] = useAction();
  return (
    <Button
      size="small"
      icon="microphoneOff"
      isBusy={isBusy}
      onClick={() =>
        run(() => session.request({ type: "participant.mute", participant_id: participantId }))
      }
    >
      {words.feedbackMute}
    </Button>
  );
}
