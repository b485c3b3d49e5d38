import { useCallback, useState } from "react";
import { addLessonStaff, getLesson, removeLessonStaff } from "../../api/lessons";
import { listColleagues } from "../../api/staff";
import type { Colleague, Helper, InvitedRole } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLoaded } from "../../hooks/useLoaded";
import { errorWords, useWords } from "../../i18n";
import { Badge } from "../Badge";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Select } from "../Select";
import { Spinner } from "../Spinner";
import staffStyles from "../staff/Staff.module.css";
import { useToast } from "../Toast";
import { PersonSelect } from "./PersonSelect";
import { findColleagues } from "./people";

interface LessonStaffDialogProps {
  lessonId: string;
  onClose: () => void;
}

/** Who helps in a lesson and who watches it: lets a colleague in, and takes one off again. */
export function LessonStaffDialog({ lessonId, onClose }: LessonStaffDialogProps) {
  const words = useWords();
  const { cockpit } = words;
  const toast = useToast();
  const load = useCallback(
    async () => ({ lesson: await getLesson(lessonId), colleagues: await listColleagues() }),
    [lessonId],
  );
  const [loaded, reload] = useLoaded(load);
  const [colleague, setColleague] = useState<Colleague>();
  const [role, setRole] = useState<InvitedRole>("assistant");
  const [run, isBusy] = useAction();
  const staff = loaded.state === "ready" ? loaded.value.lesson.staff : [];

  async function invite({ user_id, name }: Colleague) {
    await addLessonStaff(lessonId, { user_id, role });
    toast(cockpit.invited(name));
    onClose();
  }

  async function remove(helper: Helper) {
    await removeLessonStaff(lessonId, helper.user_id);
    toast(cockpit.takenOff(helper.name));
    reload();
  }

  return (
    <Dialog
      title={cockpit.inviteTitle}
      onClose={onClose}
      actions={
        <Button
          variant="primary"
          isBusy={isBusy}
          disabled={!colleague}
          onClick={() => colleague && run(() => invite(colleague))}
        >
          {cockpit.invite}
        </Button>
      }
    >
      {loaded.state === "loading" && <Spinner label={words.common.loading} />}
      {loaded.state === "failed" && (
        <Banner tone="live" title={errorWords(words, loaded.error.code)} />
      )}
      {loaded.state === "ready" && (
        <>
          {staff.length > 0 && (
            <ul aria-label={cockpit.staffNow}>
              {staff.map((one) => (
                <li key={one.user_id} className={staffStyles.row}>
                  <div className={staffStyles.who}>
                    <strong>{one.name}</strong>
                    <span className={staffStyles.soft}>{one.school}</span>
                  </div>
                  <Badge>{words.roles[one.role]}</Badge>
                  <Button
                    size="small"
                    variant="danger"
                    isBusy={isBusy}
                    aria-label={cockpit.takeOffTitle(one.name)}
                    onClick={() => run(() => remove(one))}
                  >
                    {cockpit.takeOff}
                  </Button>
                </li>
              ))}
            </ul>
          )}
          <p>{cockpit.inviteHint}</p>
          <PersonSelect
            label={cockpit.staff}
            people={loaded.value.colleagues}
            find={findColleagues}
            value={colleague?.user_id ?? ""}
            onChange={(_, person) => setColleague(person)}
            nobody={cockpit.choose}
            showsSchools
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
