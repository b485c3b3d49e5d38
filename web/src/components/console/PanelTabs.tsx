import { useWords } from "../../i18n";
import { useUnread } from "../../lesson/useUnread";
import { Icon } from "../Icon";
import styles from "./PanelTabs.module.css";
import { PANELS } from "./panels";

const CHAT = "chat";

interface PanelTabsProps {
  chosen: string;
  onChoose: (id: string) => void;
}

/** The pages of the console, along the lower edge where the thumb is. */
export function PanelTabs({ chosen, onChoose }: PanelTabsProps) {
  const words = useWords();
  const unread = useUnread(chosen === CHAT);
  if (PANELS.length === 1) return null;
  return (
    <nav className={styles.tabs} aria-label={words.console.title}>
      {PANELS.map((panel) => (
        <button
          key={panel.id}
          type="button"
          aria-current={panel.id === chosen ? "page" : undefined}
          onClick={() => onChoose(panel.id)}
        >
          <Icon name={panel.icon} size={24} />
          {panel.title(words)}
          {panel.id === CHAT && unread > 0 && (
            <span className={styles.unread}>{words.chat.unread(unread)}</span>
          )}
        </button>
      ))}
    </nav>
  );
}
