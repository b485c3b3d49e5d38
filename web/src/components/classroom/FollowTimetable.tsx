import { useEffect } from "react";
import { lessonToJoin } from "../../classroom/agenda";
import { HOME_PATH } from "../../classroom/enter";
import { useServerNow, useTimetable } from "../../classroom/useTimetable";
import { navigate } from "../../router";

/**
 * A classroom's own PC goes home as soon as the timetable wants it elsewhere: the lesson was moved, cancelled or ended,
 * another one is on, or the PC was removed. Draws nothing. Not for a lesson that is on: that one it hears to its end.
 */
export function FollowTimetable({ lessonId }: { lessonId: string }) {
  const [{ timetable, pairing }, watch] = useTimetable();
  const now = useServerNow(watch.clock);
  const isOut = pairing === "none" || pairing === "removed";
  const due = timetable && now !== null ? lessonToJoin(timetable.lessons, now) : undefined;
  const isWantedElsewhere = isOut || (due !== undefined && due?.lesson_id !== lessonId);

  useEffect(() => {
    if (isWantedElsewhere) navigate(HOME_PATH, { replace: true });
  }, [isWantedElsewhere]);

  return null;
}
