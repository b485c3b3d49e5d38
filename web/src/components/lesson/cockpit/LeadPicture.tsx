import { useStore } from "../../../hooks/useStore";
import { useTrackStream } from "../../../hooks/useTrackStream";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { isLeading, leadOf } from "../../../room/selectors";
import { VideoTile } from "../../VideoTile";
import { OwnTile } from "../OwnTile";
import { ParticipantTile } from "../ParticipantTile";

/** The lead's own picture, or what assistants and observers get of the lead. */
export function LeadPicture({ className }: { className?: string | undefined }) {
  const words = useWords();
  const room = useRoom();
  const lead = leadOf(room);
  if (isLeading(room)) return <OwnPicture className={className} />;
  if (!lead) return <p>{words.lead.leadAway}</p>;
  return <ParticipantTile place={lead} className={className} />;
}

/** What the classrooms see large of what is filmed here: the document camera while it is open. */
function OwnPicture({ className }: { className: string | undefined }) {
  const words = useWords();
  const { document } = useStore(useSession().capture.state);
  const stream = useTrackStream(document);
  if (!stream) return <OwnTile name={words.lead.you} className={className} />;
  return (
    <VideoTile stream={stream} name={words.document.own} fit="contain" className={className} />
  );
}
