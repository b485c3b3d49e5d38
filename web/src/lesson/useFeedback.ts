import { useEffect, useState } from "react";
import type { HeardSound } from "../media/feedbackWatch";
import { FeedbackWatch } from "../media/feedbackWatch";
import { useSession } from "./context";
import type { LessonSession } from "./session";

/** The classrooms that send this lead's voice back, of those that are heard here. */
export function useFeedback(): readonly string[] {
  const session = useSession();
  const [rooms, setRooms] = useState<readonly string[]>([]);
  useEffect(() => {
    const watch = new FeedbackWatch(() => heardBy(session));
    const unsubscribe = watch.rooms.subscribe(() => setRooms(watch.rooms.get()));
    return () => {
      unsubscribe();
      watch.close();
      setRooms([]);
    };
  }, [session]);
  return rooms;
}

function heardBy(session: LessonSession): HeardSound {
  const { slots } = session.media.state.get();
  const room = session.room.get();
  const rooms = new Map<string, MediaStream>();
  // Who sings along is meant to sound like the lead.
  const heard = room?.view.is_sing_along ? {} : (room?.slots ?? {});
  for (const [slot, participantId] of Object.entries(heard)) {
    const audio = slots[slot]?.audio;
    if (audio && slot.startsWith("classrooms.")) rooms.set(participantId, audio);
  }
  return { own: session.capture.tracks.microphone ?? null, rooms };
}
