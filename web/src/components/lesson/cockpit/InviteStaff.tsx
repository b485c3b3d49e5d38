import { useState } from "react";
import { useWords } from "../../../i18n";
import { useSession } from "../../../lesson/context";
import { Button } from "../../Button";
import { LessonStaffDialog } from "../../office/LessonStaffDialog";

/** Lets a colleague in during the lesson, which then appears in their own list, or takes one off. */
export function InviteStaff() {
  const { cockpit } = useWords();
  const session = useSession();
  const [isOpen, setIsOpen] = useState(false);
  if (session.ticket.is_guest) return null;
  return (
    <>
      <Button size="small" icon="plus" onClick={() => setIsOpen(true)}>
        {cockpit.invite}
      </Button>
      {isOpen && (
        <LessonStaffDialog lessonId={session.ticket.lesson_id} onClose={() => setIsOpen(false)} />
      )}
    </>
  );
}
