import type { ParticipantView, ScreenReported } from "../../../generated/signaling";
import { useNow } from "../../../hooks/useNow";
import { useStore } from "../../../hooks/useStore";
import { type Dictionary, useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { wasLoud } from "../../../lesson/unheard";
import { type ScreenFault, screenFault } from "../../../room/screenState";
import { isLeading, leadOf, sharedOf, spotlightOf } from "../../../room/selectors";
import { Badge } from "../../Badge";

/** "Sees you", or what is wrong with this classroom's screen or sound; nothing where no page tells. */
export function ScreenWords({ place }: { place: ParticipantView }) {
  const room = useRoom();
  const report = room.screens[place.participant_id];
  if (!report || place.presence !== "present" || room.view.phase !== "live") return null;
  return <Said report={report} />;
}

function Said({ report }: { report: ScreenReported }) {
  const words = useWords().cockpit.screen;
  const session = useSession();
  const room = useRoom();
  const now = useNow(session.signaling.clockOffsetMs);
  const voice = useStore(session.voice.state);
  const shared = sharedOf(room);
  // Slides are no picture that moves: their desk tells which page each screen shows.
  const large = spotlightOf(room) ?? shared?.place ?? (room.view.slides ? undefined : leadOf(room));
  const isShared = shared !== undefined && large === shared.place;
  const source = isShared ? shared.source : "camera";
  const expected = {
    isPicture: large?.presence === "present" && large.publishing[source] !== undefined,
    isShared,
    isVoice: isLeading(room) && wasLoud(voice, now),
  };
  const fault = screenFault(report, expected, now);
  if (fault) {
    return (
      <Badge tone="warn" icon="warning">
        {faultWords(words, fault, report)}
      </Badge>
    );
  }
  if (report.picture_age_ms === null) return null;
  return (
    <Badge tone="ok" icon="eye">
      {report.wall === "projector" ? words.seenOnWall : words.seen}
    </Badge>
  );
}

function faultWords(
  words: Dictionary["cockpit"]["screen"],
  fault: ScreenFault,
  report: ScreenReported,
): string {
  return fault === "still"
    ? words.still(Math.round((report.picture_age_ms ?? 0) / 1000))
    : words[fault];
}
