import { endSession } from "../../api/account";
import type { KnownSession } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLanguage, useWords } from "../../i18n";
import { Badge } from "../Badge";
import { Button } from "../Button";
import { browserName } from "../office/browserName";
import { formatMoment } from "../office/dates";
import staffStyles from "../staff/Staff.module.css";
import { useToast } from "../Toast";

interface SessionListProps {
  sessions: readonly KnownSession[];
  onChanged: () => void;
}

/** Where one is signed in, and the way to end it there. */
export function SessionList({ sessions, onChanged }: SessionListProps) {
  const words = useWords().account;
  const { language } = useLanguage();
  const toast = useToast();
  const [run, isBusy] = useAction();
  return (
    <section aria-label={words.sessions}>
      <h2>{words.sessions}</h2>
      <p>{words.sessionsHint}</p>
      <ul>
        {sessions.map((one) => (
          <li key={one.session_id} className={staffStyles.row}>
            <div className={staffStyles.who}>
              <strong>{browserName(one.agent) ?? words.program}</strong>
              <span className={staffStyles.soft}>
                {words.since(formatMoment(one.created_at, language))}
              </span>
            </div>
            {one.is_current ? (
              <Badge tone="ok">{words.current}</Badge>
            ) : (
              <Button
                size="small"
                isBusy={isBusy}
                onClick={() =>
                  run(async () => {
                    await endSession(one.session_id);
                    toast(words.ended);
                    onChanged();
                  })
                }
              >
                {words.end}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
