import type { ReactNode } from "react";
import type { ParticipantView, SourceName } from "../../generated/signaling";
import { useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { isRest, usePicture } from "../../lesson/usePicture";
import { isSpeaking } from "../../room/selectors";
import { Badge } from "../Badge";
import { VideoTile } from "../VideoTile";
import { PictureCover } from "./PictureCover";

interface ParticipantTileProps {
  place: ParticipantView;
  source?: SourceName;
  marks?: ReactNode;
  status?: ReactNode;
  isOnStage?: boolean;
  /** Show all of the picture: on a large screen nothing that a teacher holds up may be cut off. */
  isWhole?: boolean;
  className?: string | undefined;
}

/** Somebody's picture with name and school, or the reason why there is none. */
export function ParticipantTile({
  place,
  source = "camera",
  marks,
  status,
  isOnStage = false,
  isWhole = false,
  className,
}: ParticipantTileProps) {
  const words = useWords();
  const room = useRoom();
  const { stream, still, reason } = usePicture(place.participant_id, source);
  const isCovered = reason !== null && !isRest(reason);
  return (
    <VideoTile
      stream={stream}
      still={still}
      name={place.name}
      detail={place.school}
      isOnStage={isOnStage}
      isSpeaking={source === "camera" ? isSpeaking(room, place.participant_id) : undefined}
      fit={isWhole || source !== "camera" ? "contain" : "cover"}
      className={className}
      status={status}
      cover={isCovered ? <PictureCover reason={reason} /> : undefined}
      marks={
        <>
          {marks}
          {place.is_simulated && <Badge tone="brand">{words.common.simulated}</Badge>}
          {isRest(reason) && (
            <Badge tone="warn" icon="signal">
              {words.lesson[reason]}
            </Badge>
          )}
        </>
      }
    />
  );
}
