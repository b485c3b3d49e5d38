import { type RefObject, useEffect } from "react";
import type { WallName } from "../generated/signaling";
import { useSession } from "./context";

/** The window's large picture is within this element: the confidence monitor of a classroom looks at it. */
export function useWall(name: WallName, element: RefObject<HTMLElement | null>): void {
  const { screen, ticket } = useSession();
  useEffect(() => {
    const wall = element.current;
    if (!wall || ticket.role !== "classroom") return;
    return screen.watch(name, wall);
  }, [name, element, screen, ticket]);
}
