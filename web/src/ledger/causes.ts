import type { Cause } from "../api/types";
import { inMinutes } from "./filter";

/** The causes that cost time, the largest first; a second or two is "0 minutes" on the page, and no cause of anything. */
export function causesWithTime(missed: Readonly<Record<Cause, number>>): Cause[] {
  return (Object.keys(missed) as Cause[])
    .filter((cause) => inMinutes(missed[cause]) !== "0")
    .sort((a, b) => missed[b] - missed[a]);
}
