import { useMemo } from "react";
import { useRoom } from "../../lesson/context";
import { ChatForm } from "../chat/ChatForm";
import { ChatLines } from "../chat/ChatLines";

/** A console writes to the staff; the other schools' consoles do not read it. */
export function ChatPanel() {
  const { you } = useRoom();
  const to = useMemo(() => ({ audience: "classroom", participant_id: you }) as const, [you]);
  return (
    <>
      <ChatLines />
      <ChatForm to={to} />
    </>
  );
}
