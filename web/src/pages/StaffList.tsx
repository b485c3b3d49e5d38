import { useCallback, useState } from "react";
import { getMe } from "../api/account";
import { isCountyAdmin } from "../api/roles";
import { listSchoolNames } from "../api/schools";
import {
  addStaff,
  changeStaff,
  closeStaff,
  inviteStaff,
  listStaff,
  reopenStaff,
} from "../api/staff";
import type { Invitation, StaffDraft, StaffMember } from "../api/types";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { Listed } from "../components/Listed";
import { formatDay } from "../components/office/dates";
import { OfficePage } from "../components/office/OfficePage";
import { SearchBar } from "../components/SearchBar";
import { LinkDialog } from "../components/staff/LinkDialog";
import { SessionsDialog } from "../components/staff/SessionsDialog";
import { StaffForm } from "../components/staff/StaffForm";
import { StaffRow } from "../components/staff/StaffRow";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { usePages } from "../hooks/usePages";
import { useLanguage, useWords } from "../i18n";
import listStyles from "./Lessons.module.css";

/** What is open over the list. */
type Open =
  | { what: "add" }
  | { what: "change" | "link" | "sessions" | "close"; person: StaffMember }
  | { what: "invitation"; name: string; invitation: Invitation };

async function loadAround() {
  const [me, schools] = await Promise.all([getMe(), listSchoolNames()]);
  return { schools, isOfCounty: isCountyAdmin(me) };
}

/** Everybody who works in the county, or in the admin's school. */
export default function StaffList() {
  const words = useWords().staff;
  const [text, setText] = useState("");
  const [open, setOpen] = useState<Open | null>(null);
  const [round, setRound] = useState(0);
  const close = useCallback(() => setOpen(null), []);
  const done = (next: Open | null = null) => {
    setOpen(next);
    setRound((value) => value + 1);
  };

  return (
    <OfficePage
      title={words.title}
      actions={
        <Button variant="primary" icon="plus" onClick={() => setOpen({ what: "add" })}>
          {words.add}
        </Button>
      }
    >
      <SearchBar label={words.text} onSearch={setText} />
      <People key={`${text} ${round}`} text={text} onOpen={setOpen} onDone={done} />
      {open && <Over open={open} onClose={close} onDone={done} />}
    </OfficePage>
  );
}

interface PeopleProps {
  text: string;
  onOpen: (open: Open) => void;
  onDone: () => void;
}

function People({ text, onOpen, onDone }: PeopleProps) {
  const words = useWords();
  const pages = usePages(
    useCallback((after?: string) => listStaff(after ? { text, after } : { text }), [text]),
  );
  const [run, isChanging] = useAction();
  const none = (
    <EmptyState icon="people" title={words.staff.noneTitle}>
      {words.staff.noneHint}
    </EmptyState>
  );
  return (
    <Listed pages={pages} empty={none} more={words.staff.more}>
      <ul className={listStyles.list}>
        {pages.items.map((person) => (
          <li key={person.user_id}>
            <StaffRow
              person={person}
              isBusy={pages.isBusy || isChanging}
              onChange={() => onOpen({ what: "change", person })}
              onLink={() => onOpen({ what: "link", person })}
              onSessions={() => onOpen({ what: "sessions", person })}
              onClose={() => onOpen({ what: "close", person })}
              onReopen={() =>
                run(async () => {
                  await reopenStaff(person.user_id);
                  onDone();
                })
              }
            />
          </li>
        ))}
      </ul>
    </Listed>
  );
}

interface OverProps {
  open: Open;
  onClose: () => void;
  onDone: (next?: Open | null) => void;
}

/** The dialog over the list. */
function Over({ open, onClose, onDone }: OverProps) {
  const words = useWords().staff;
  const { language } = useLanguage();
  const [around] = useLoaded(loadAround);
  const [run, isBusy] = useAction();
  if (open.what === "invitation") {
    const { name, invitation } = open;
    return (
      <LinkDialog
        title={words.linkTitle(name)}
        url={invitation.url}
        label={words.linkHint}
        hint={words.linkUntil(formatDay(invitation.expires_at, language))}
        onClose={onClose}
      />
    );
  }
  if (open.what === "add" || open.what === "change") {
    const person = open.what === "change" ? open.person : null;
    if (around.state !== "ready") return null;
    const save = async (draft: StaffDraft) => {
      if (person) {
        await changeStaff(person.user_id, draft);
        onDone();
      } else {
        const { invitation } = await addStaff(draft);
        onDone({ what: "invitation", name: draft.name, invitation });
      }
    };
    return <StaffForm {...around.value} person={person} onSave={save} onClose={onClose} />;
  }
  const { person } = open;
  if (open.what === "sessions") return <SessionsDialog person={person} onClose={onClose} />;
  const isLink = open.what === "link";
  const act = async () => {
    if (isLink) {
      const invitation = await inviteStaff(person.user_id);
      onDone({ what: "invitation", name: person.name, invitation });
    } else {
      await closeStaff(person.user_id);
      onDone();
    }
  };
  return (
    <Dialog
      title={isLink ? words.linkConfirmTitle(person.name) : words.closeTitle(person.name)}
      onClose={onClose}
      actions={
        <Button variant={isLink ? "primary" : "danger"} isBusy={isBusy} onClick={() => run(act)}>
          {isLink ? words.linkConfirm : words.closeConfirm}
        </Button>
      }
    >
      {isLink ? words.linkConfirmHint : words.closeHint}
    </Dialog>
  );
}
