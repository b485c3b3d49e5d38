import { useRoom } from "../lesson/context";
import { leadOf } from "../room/selectors";
import { useStays } from "./useStays";

/** Whether a live lesson has been without its lead for `forMs`, as far as this screen knows. */
export function useLeadGone(forMs: number): boolean {
  const room = useRoom();
  return useStays(room.view.phase === "live" && leadOf(room)?.presence !== "present", forMs);
}
