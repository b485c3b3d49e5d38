import { useStore } from "../../hooks/useStore";
import { useTrackStream } from "../../hooks/useTrackStream";
import { useWords } from "../../i18n";
import { useSession } from "../../lesson/context";
import { VideoTile } from "../VideoTile";
import { PictureCover } from "./PictureCover";

/** One's own picture, straight from the device. */
export function OwnTile({ name, className }: { name: string; className?: string | undefined }) {
  const words = useWords();
  const { capture } = useSession();
  const { camera, choice } = useStore(capture.state);
  const stream = useTrackStream(camera);
  const cover =
    camera.kind === "starting" ? (
      <span>{words.media.starting}</span>
    ) : (
      <PictureCover reason={camera.kind === "problem" ? "none" : "off"} />
    );
  return (
    <VideoTile
      stream={stream}
      name={name}
      isMirrored={!choice.usesTestPicture}
      className={className}
      cover={stream ? undefined : cover}
    />
  );
}
