import { useWords } from "../../../i18n";
import { useRoom } from "../../../lesson/context";
import { isLeading, leadOf } from "../../../room/selectors";
import { OwnTile } from "../OwnTile";
import { ParticipantTile } from "../ParticipantTile";

/** The lead's own picture, or what assistants and observers get of the lead. */
export function LeadPicture({ className }: { className?: string | undefined }) {
  const words = useWords();
  const room = useRoom();
  const lead = leadOf(room);
  if (isLeading(room)) return <OwnTile name={words.lead.you} className={className} />;
  if (!lead) return <p>{words.lead.leadAway}</p>;
  return <ParticipantTile place={lead} className={className} />;
}
