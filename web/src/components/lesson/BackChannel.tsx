import { useCallback, useState } from "react";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { useSignalToasts } from "../../lesson/useSignalToasts";
import { useUnread } from "../../lesson/useUnread";
import { classroomsOf } from "../../room/selectors";
import { Button } from "../Button";
import { ChatForm } from "../chat/ChatForm";
import { ChatLines } from "../chat/ChatLines";
import { PrivateDrawer } from "../PrivateDrawer";
import { Select } from "../Select";
import styles from "./BackChannel.module.css";

/** The staff chat on a page of the staff: one key that counts what is new, and a drawer over the page. */
export function BackChannel() {
  const { chat: words } = useWords();
  const { capture } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const close = useCallback(() => setIsOpen(false), []);
  const unread = useUnread(isOpen);
  const isSharing = useStore(capture.state).screen.kind === "on";
  useSignalToasts(isSharing);
  return (
    <>
      <Button
        icon="chat"
        variant={unread > 0 ? "stage" : "secondary"}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {unread > 0 ? words.unreadTitle(unread) : words.title}
      </Button>
      {isOpen && (
        <PrivateDrawer title={words.title} isExposed={isSharing} onClose={close}>
          <ChatLines />
          <Writing />
        </PrivateDrawer>
      )}
    </>
  );
}

/** To everybody, to the staff alone, or to one classroom's on-site teacher. An observer writes to the staff. */
function Writing() {
  const { chat: words } = useWords();
  const { ticket } = useSession();
  const classrooms = classroomsOf(useRoom());
  const [to, setTo] = useState(ticket.role === "observer" ? "staff" : "everybody");
  const isForOne = to !== "everybody" && to !== "staff";
  return (
    <>
      {ticket.role !== "observer" && (
        <div className={styles.readers}>
          <Select
            label={words.readers}
            value={to}
            onChange={setTo}
            options={[
              { value: "everybody", label: words.everybody },
              { value: "staff", label: words.staff },
              ...classrooms.map((place) => ({
                value: place.participant_id,
                label: `${place.school} ${place.name}`,
              })),
            ]}
          />
        </div>
      )}
      <ChatForm
        to={
          isForOne
            ? { audience: "classroom", participant_id: to }
            : { audience: to === "staff" ? "staff" : "everybody", participant_id: null }
        }
      />
    </>
  );
}
