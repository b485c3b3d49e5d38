import type { StaffMember } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Badge } from "../Badge";
import { Button } from "../Button";
import { formatDay } from "../office/dates";
import styles from "./Staff.module.css";

interface StaffRowProps {
  person: StaffMember;
  isBusy: boolean;
  onChange: () => void;
  onLink: () => void;
  onSessions: () => void;
  onClose: () => void;
  onReopen: () => void;
}

/** One person: who, what they may do, whether they can come in. */
export function StaffRow(props: StaffRowProps) {
  const { person, isBusy, onChange, onLink, onSessions, onClose, onReopen } = props;
  const words = useWords().staff;
  const { language } = useLanguage();
  return (
    <div className={styles.row}>
      <div className={styles.who}>
        <strong>{person.name}</strong>
        <span className={styles.soft}>{person.school_name}</span>
        <p className={styles.soft}>{person.logins.join(" · ")}</p>
      </div>
      <div className={styles.badges}>
        {person.roles.map((role) => (
          <Badge key={role} tone="brand">
            {words.roles[role]}
          </Badge>
        ))}
        {!person.is_active && <Badge tone="warn">{words.closed}</Badge>}
        {person.is_active && !person.has_password && <Badge tone="warn">{words.noPassword}</Badge>}
        {person.invited_until && (
          <Badge>{words.invited(formatDay(person.invited_until, language))}</Badge>
        )}
      </div>
      <div className={styles.buttons}>
        {person.is_active ? (
          <>
            <Button size="small" onClick={onChange} aria-label={words.changeTitle(person.name)}>
              {words.change}
            </Button>
            <Button size="small" onClick={onLink} aria-label={`${words.link} ${person.name}`}>
              {words.link}
            </Button>
            <Button size="small" onClick={onSessions} aria-label={words.sessionsTitle(person.name)}>
              {words.sessions}
            </Button>
            <Button size="small" onClick={onClose} aria-label={`${words.close} ${person.name}`}>
              {words.close}
            </Button>
          </>
        ) : (
          <Button
            size="small"
            isBusy={isBusy}
            onClick={onReopen}
            aria-label={`${words.reopen} ${person.name}`}
          >
            {words.reopen}
          </Button>
        )}
      </div>
    </div>
  );
}
