import { useWords } from "../../i18n";
import type { Picture } from "../../lesson/usePicture";
import { Icon, type IconName } from "../Icon";

/** What stands in a tile that has no running picture. */
export function PictureCover({ reason }: { reason: NonNullable<Picture["reason"]> }) {
  const { lesson } = useWords();
  switch (reason) {
    case "off":
      return <Cover icon="cameraOff" text={lesson.cameraIsOff} />;
    case "absent":
      return <Cover icon="people" text={lesson.absent} />;
    case "cut":
      return <Cover icon="signal" text={lesson.cut} />;
    case "ready":
      return <Cover icon="check" text={lesson.present} />;
    case "none":
      return <Cover icon="camera" text={lesson.noPicture} />;
    case "paused":
    case "stills":
    case "soundOnly":
      return null;
  }
}

function Cover({ icon, text }: { icon: IconName; text: string }) {
  return (
    <>
      <Icon name={icon} size={32} />
      <span>{text}</span>
    </>
  );
}
