import { useNow } from "../../hooks/useNow";
import { useWall } from "../../wall/useWall";
import { HelpList } from "./HelpList";

/** Calls are what the wall lists first: no page shows more of them at once. */
const FIRST = 20;

/** The wall's calls for help, for admins who are on another page. */
export function HelpCalls() {
  const wall = useWall(FIRST);
  const now = useNow(wall.clockOffsetMs);
  const lessons = wall.value?.lessons ?? [];
  return <HelpList lessons={lessons} nowMs={now} onCleared={wall.refresh} />;
}
