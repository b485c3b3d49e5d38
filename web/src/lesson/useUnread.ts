import { useEffect, useState } from "react";
import { useRoom } from "../lesson/context";

/** How many lines of others came since the chat was last open; remembered by this tab over a reload. */
export function useUnread(isOpen: boolean): number {
  const { chat, you, view } = useRoom();
  const key = `tongtang.chat.${view.lesson_id}.${you}`;
  const [seenMs, setSeenMs] = useState(() => read(key));
  const lastMs = chat.at(-1)?.at_ms ?? 0;

  useEffect(() => {
    if (!isOpen || lastMs <= seenMs) return;
    setSeenMs(lastMs);
    write(key, lastMs);
  }, [isOpen, key, lastMs, seenMs]);

  if (isOpen) return 0;
  return chat.filter((line) => line.at_ms > seenMs && line.sender_id !== you).length;
}

function read(key: string): number {
  try {
    return Number(window.sessionStorage.getItem(key) ?? 0);
  } catch {
    return 0;
  }
}

function write(key: string, seenMs: number): void {
  try {
    window.sessionStorage.setItem(key, String(seenMs));
  } catch {
    // A browser that forbids storage counts anew after a reload.
  }
}
