import { useState } from "react";
import { addLessonStaff, listColleagues } from "../../../api/endpoints";
import type { InvitedRole } from "../../../api/types";
import { useAction } from "../../../hooks/useAction";
import { useLoaded } from "../../../hooks/useLoaded";
import { errorWords, useWords } from "../../../i18n";
import { useSession } from "../../../lesson/context";
import { Banner } from "../../Banner";
import { Button } from "../../Button";
import { Dialog } from "../../Dialog";
import { colleagueName } from "../../office/StaffChoice";
import { Select } from "../../Select";
import { Spinner } from "../../Spinner";
import { useToast } from "../../Toast";

/** Lets a colleague in during the lesson: the lesson appears in their own list. */
export function InviteStaff() {
  const { cockpit } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button size="small" icon="plus" onClick={() => setIsOpen(true)}>
        {cockpit.invite}
      </Button>
      {isOpen && <InviteDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}

function InviteDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const { cockpit } = words;
  const toast = useToast();
  const session = useSession();
  const [colleagues] = useLoaded(listColleagues);
  const [userId, setUserId] = useState("");
  const [role, setRole] = useState<InvitedRole>("assistant");
  const [run, isBusy] = useAction();
  const list = colleagues.state === "ready" ? colleagues.value : [];

  async function invite() {
    await addLessonStaff(session.ticket.lesson_id, { user_id: userId, role });
    toast(cockpit.invited(list.find((one) => one.user_id === userId)?.name ?? ""));
    onClose();
  }

  return (
    <Dialog
      title={cockpit.inviteTitle}
      onClose={onClose}
      actions={
        <Button
          variant="primary"
          isBusy={isBusy}
          disabled={userId === ""}
          onClick={() => run(invite)}
        >
          {cockpit.invite}
        </Button>
      }
    >
      <p>{cockpit.inviteHint}</p>
      {colleagues.state === "loading" && <Spinner label={words.common.loading} />}
      {colleagues.state === "failed" && (
        <Banner tone="live" title={errorWords(words, colleagues.error.code)} />
      )}
      {colleagues.state === "ready" && (
        <>
          <Select
            label={cockpit.staff}
            value={userId}
            options={[
              { value: "", label: cockpit.choose },
              ...list.map((one) => ({ value: one.user_id, label: colleagueName(one) })),
            ]}
            onChange={setUserId}
          />
          <Select
            label={cockpit.inviteAs}
            value={role}
            options={[
              { value: "assistant", label: words.roles.assistant },
              { value: "observer", label: words.roles.observer },
            ]}
            onChange={(value) => setRole(value === "observer" ? "observer" : "assistant")}
          />
        </>
      )}
    </Dialog>
  );
}
