import type { ParticipantView, QualityName } from "../../generated/signaling";
import { useWords } from "../../i18n";
import { useLink, useMedia, useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Badge, type BadgeTone } from "../Badge";
import { SignalBars } from "../SignalBars";

const TONES: Record<QualityName, BadgeTone> = {
  good: "ok",
  fair: "neutral",
  poor: "warn",
  lost: "live",
};

/** How the link of somebody else's place does, for the foot of its picture. */
export function PlaceQuality({ place }: { place: ParticipantView }) {
  const words = useWords();
  const { quality } = place;
  if (quality === null || place.presence === "absent") return null;
  const said = (
    <>
      <SignalBars quality={quality} />
      {words.lesson.quality[quality]}
    </>
  );
  // A weak one has to catch the eye of somebody who teaches.
  return quality === "poor" || quality === "lost" ? (
    <Badge tone={TONES[quality]}>{said}</Badge>
  ) : (
    said
  );
}

/** The own link: what the server measures, or sooner what this page notices itself. Read out when it changes. */
export function OwnQuality() {
  const words = useWords();
  const { isWeak } = useMedia();
  const measured = ownPlace(useRoom())?.quality ?? null;
  // What the server said last is old news while it cannot be reached.
  const quality = useLink().kind === "joined" ? measured : null;
  const isWeakOnlyHere = isWeak && (quality === null || quality === "good" || quality === "fair");
  return (
    <span role="status">
      {isWeakOnlyHere && (
        <span title={words.lesson.weakHint}>
          <Badge tone="warn" icon="signal">
            {words.lesson.weak}
          </Badge>
        </span>
      )}
      {!isWeakOnlyHere && quality !== null && (
        <span title={quality === "good" ? undefined : words.lesson.weakHint}>
          <Badge tone={TONES[quality]}>
            <SignalBars quality={quality} />
            {words.lesson.quality[quality]}
          </Badge>
        </span>
      )}
    </span>
  );
}
