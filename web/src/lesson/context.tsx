import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { Ticket } from "../api/types";
import { useStore } from "../hooks/useStore";
import { sharedCapture } from "../media/capture";
import type { MediaState } from "../media/port";
import type { RoomState } from "../room/reduce";
import type { LinkState } from "../signaling/link";
import type { PlaceSession } from "./place";
import { LessonSession } from "./session";

const SessionContext = createContext<LessonSession | null>(null);
const PlaceContext = createContext<PlaceSession | null>(null);

interface LessonProviderProps {
  ticket: Ticket;
  /** Shown until the session exists (one turn of the event loop). */
  fallback: ReactNode;
  children: ReactNode;
}

/** Holds this tab's place while the page is open. Give it a `key` that changes to begin anew. */
export function LessonProvider({ ticket, fallback, children }: LessonProviderProps) {
  const [session, setSession] = useState<LessonSession | null>(null);

  useEffect(() => {
    const started = new LessonSession(ticket, sharedCapture());
    started.start();
    setSession(started);
    return () => started.stop();
  }, [ticket]);

  if (!session) return fallback;
  return <BorrowedLesson session={session}>{children}</BorrowedLesson>;
}

/** For a window that shows another window's lesson: no socket and no media connection of its own. */
export function BorrowedLesson({
  session,
  children,
}: {
  session: LessonSession;
  children: ReactNode;
}) {
  return (
    <SessionContext value={session}>
      <AtPlace place={session}>{children}</AtPlace>
    </SessionContext>
  );
}

/** What is inside looks at the room through this socket: a page's own, or a console's, which is told more. */
export function AtPlace({ place, children }: { place: PlaceSession; children: ReactNode }) {
  return <PlaceContext value={place}>{children}</PlaceContext>;
}

/** The socket through which this part of the screen sees the room and asks for things. */
export function usePlace(): PlaceSession {
  const place = useContext(PlaceContext);
  if (!place) throw new Error("usePlace outside of a place");
  return place;
}

export function useSession(): LessonSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of LessonProvider");
  return session;
}

export const useLink = (): LinkState => useStore(usePlace().signaling.link);
export const useRoomOrNull = (): RoomState | null => useStore(usePlace().room);
export const useMedia = (): MediaState => useStore(useSession().media.state);

/** The last still of each picture that rests, by publication. */
export const useStills = (): Readonly<Record<string, string>> =>
  useStore(useSession().stills.pictures);

/** The room, for components that are shown only once there is one. */
export function useRoom(): RoomState {
  const room = useRoomOrNull();
  if (!room) throw new Error("useRoom before the first snapshot");
  return room;
}
