import { useWords } from "../../i18n";
import { useLink, useRoom } from "../../lesson/context";
import { leadOf, listenersOf, ownPlace } from "../../room/selectors";
import { classes } from "../classes";
import { Icon, type IconName } from "../Icon";
import styles from "./ClassroomStrip.module.css";

/** One line under the top bar that says how this classroom stands. Always there, so nothing moves. */
export function ClassroomStrip() {
  const line = useLine();
  return (
    <p className={classes(styles.strip, styles[line.tone])} role="status">
      <Icon name={line.icon} size={22} />
      {line.text}
    </p>
  );
}

interface Line {
  tone: "calm" | "stage" | "ear" | "warn";
  icon: IconName;
  text: string;
}

function useLine(): Line {
  const { classroom, cockpit, lead: leadWords, lesson } = useWords();
  const room = useRoom();
  const link = useLink();
  const place = ownPlace(room);
  const lead = leadOf(room);
  const isLive = room.view.phase === "live";
  // What the room was like before the cut may be over.
  if (link.kind === "reconnecting") return { tone: "warn", icon: "clock", text: lesson.cut };
  if (isLive && lead?.presence !== "present") {
    return { tone: "warn", icon: "clock", text: classroom.leadAbsent };
  }
  if (place?.is_muted) return { tone: "warn", icon: "microphoneOff", text: classroom.muted };
  const isListenedTo = listenersOf(room, room.you).length > 0;
  if (room.view.is_sing_along) {
    const text = isListenedTo ? cockpit.heardSinging : cockpit.classroomSings;
    return { tone: isListenedTo ? "ear" : "stage", icon: isListenedTo ? "ear" : "note", text };
  }
  if (place?.place === "on") return { tone: "stage", icon: "up", text: classroom.onStage };
  if (room.view.is_floor_open) return { tone: "stage", icon: "people", text: classroom.floorOpen };
  if (isListenedTo) return { tone: "ear", icon: "ear", text: classroom.listenedTo };
  if (place && place.hand_raised_ms !== null) {
    return { tone: "ear", icon: "hand", text: classroom.handIsUp };
  }
  if (isLive && place?.accepts_by_itself) {
    return { tone: "calm", icon: "up", text: classroom.readyToComeUp };
  }
  return { tone: "calm", icon: "check", text: lead ? classroom.ready : leadWords.leadAway };
}
