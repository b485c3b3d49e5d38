import { type ReactNode, useEffect, useState } from "react";
import type { Ticket } from "../../api/types";
import { ConsoleSession } from "../../lesson/consoleSession";
import { AtPlace } from "../../lesson/context";

interface ConsoleProviderProps {
  ticket: Ticket;
  deviceId: string;
  children: ReactNode;
}

/** Opens a console of the place while it is mounted; what is inside sees the room as a console may. */
export function ConsoleProvider({ ticket, deviceId, children }: ConsoleProviderProps) {
  const [session, setSession] = useState<ConsoleSession | null>(null);

  useEffect(() => {
    const started = new ConsoleSession(ticket, deviceId);
    started.start();
    setSession(started);
    return () => started.stop();
  }, [ticket, deviceId]);

  return session && <AtPlace place={session}>{children}</AtPlace>;
}
