import { useEffect, useRef } from "react";
import type { ChatLine } from "../../generated/signaling";
import { useLanguage, useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { formatTime } from "../../lesson/format";
import { participantOf } from "../../room/selectors";
import { classes } from "../classes";
import styles from "./ChatLines.module.css";

/** What staff and on-site teachers wrote to each other, the newest in sight. */
export function ChatLines() {
  const { chat: words } = useWords();
  const { chat } = useRoom();
  const list = useRef<HTMLDivElement>(null);
  const lastId = chat.at(-1)?.line_id;

  useEffect(() => {
    if (lastId && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [lastId]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll with keys too.
    <div ref={list} className={styles.lines} role="log" aria-label={words.title} tabIndex={0}>
      {chat.length === 0 && <p className={styles.none}>{words.none}</p>}
      {chat.map((line) => (
        <Line key={line.line_id} line={line} />
      ))}
    </div>
  );
}

function Line({ line }: { line: ChatLine }) {
  const words = useWords();
  const { language } = useLanguage();
  const room = useRoom();
  const isOwn = line.sender_id === room.you;
  const sender = participantOf(room, line.sender_id);
  const classroom = line.participant_id ? participantOf(room, line.participant_id) : undefined;
  const isToClassroom = line.audience === "classroom" && line.participant_id !== line.sender_id;
  return (
    <div className={classes(styles.line, isOwn && styles.own)}>
      <p className={styles.about}>
        <strong>{isOwn ? words.chat.you : sender?.name}</strong>
        {!isOwn && <span>{sender?.school || (sender && words.roles[sender.role])}</span>}
        {line.audience === "staff" && <em>{words.chat.toStaff}</em>}
        {isToClassroom && classroom && <em>{words.chat.to(classroom.name)}</em>}
        <time>{formatTime(line.at_ms, language)}</time>
      </p>
      <p className={styles.text}>{line.text}</p>
    </div>
  );
}
