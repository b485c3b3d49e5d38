import type { ShareLink } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { Badge } from "../Badge";
import { Button } from "../Button";
import { formatDay } from "../office/dates";
import styles from "./ShareDialog.module.css";

interface LinkListProps {
  links: ShareLink[];
  onRevoke: (link: ShareLink) => void;
}

/** Every link that was made, how it stands and how often it was watched. */
export function LinkList({ links, onRevoke }: LinkListProps) {
  const words = useWords().sharing;
  if (links.length === 0) return <p className={styles.soft}>{words.noLinks}</p>;
  return (
    <ul>
      {links.map((link) => (
        <li key={link.link_id} className={styles.link}>
          <Facts link={link} />
          {link.state === "active" && (
            <Button size="small" onClick={() => onRevoke(link)}>
              {words.revoke}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Facts({ link }: { link: ShareLink }) {
  const words = useWords().sharing;
  const { language } = useLanguage();
  const part = link.clip
    ? `${formatDuration(link.clip.from_ms)} – ${formatDuration(link.clip.to_ms)}`
    : words.whole;
  const state = link.revoked_because
    ? words.because[link.revoked_because]
    : words.state[link.state];
  return (
    <div className={styles.facts}>
      <div className={styles.badges}>
        <Badge tone={link.state === "active" ? "ok" : "neutral"}>{state}</Badge>
        {link.clip_state && link.clip_state !== "ready" && (
          <Badge tone={link.clip_state === "failed" ? "warn" : "brand"}>
            {words.clipState[link.clip_state]}
          </Badge>
        )}
        {link.has_passphrase && <Badge>{words.withPassphrase}</Badge>}
      </div>
      <span>
        {part} · {words.views(link.views)}
      </span>
      {link.state === "active" && (
        <span className={styles.soft}>{words.until(formatDay(link.expires_at, language))}</span>
      )}
    </div>
  );
}
