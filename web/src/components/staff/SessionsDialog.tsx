import { useCallback } from "react";
import { listStaffSessions, signOutStaff } from "../../api/staff";
import type { StaffMember } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLoaded } from "../../hooks/useLoaded";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { browserName } from "../office/browserName";
import { formatMoment } from "../office/dates";
import { LoadFailed } from "../office/OfficePage";
import { Spinner } from "../Spinner";
import { useToast } from "../Toast";
import styles from "./Staff.module.css";

interface SessionsDialogProps {
  person: StaffMember;
  onClose: () => void;
}

/** Where somebody is signed in, and the way to end all of it: a computer is lost, or nobody knows whose it is. */
export function SessionsDialog({ person, onClose }: SessionsDialogProps) {
  const words = useWords();
  const { language } = useLanguage();
  const toast = useToast();
  const load = useCallback(() => listStaffSessions(person.user_id), [person.user_id]);
  const [sessions, reload] = useLoaded(load);
  const [run, isBusy] = useAction();
  const signOut = async () => {
    await signOutStaff(person.user_id);
    toast(words.staff.signedOut(person.name));
    onClose();
  };
  const isSignedIn = sessions.state === "ready" && sessions.value.length > 0;
  return (
    <Dialog
      title={words.staff.sessionsTitle(person.name)}
      onClose={onClose}
      cancelLabel={words.common.close}
      actions={
        isSignedIn && (
          <Button variant="danger" isBusy={isBusy} onClick={() => run(signOut)}>
            {words.staff.signOut}
          </Button>
        )
      }
    >
      {sessions.state === "loading" && <Spinner label={words.common.loading} />}
      {sessions.state === "failed" && <LoadFailed error={sessions.error} onRetry={reload} />}
      {sessions.state === "ready" && !isSignedIn && <p>{words.staff.noSessions}</p>}
      {sessions.state === "ready" && isSignedIn && (
        <ul className={styles.sessions}>
          {sessions.value.map((one) => (
            <li key={one.session_id} className={styles.row}>
              <div className={styles.who}>
                <strong>{browserName(one.agent) ?? words.account.program}</strong>
                <span className={styles.soft}>
                  {words.account.since(formatMoment(one.created_at, language))}
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
