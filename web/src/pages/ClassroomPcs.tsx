import { useEffect, useState } from "react";
import { issuePcCode, listPcs, removePc } from "../api/endpoints";
import type { ClassroomPcs as Classroom, ClassroomPc, PcCode } from "../api/types";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { browserName } from "../components/office/browserName";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { PcCodeDialog } from "../components/office/PcCodeDialog";
import { PcTable } from "../components/office/PcTable";
import { Spinner } from "../components/Spinner";
import { useToast } from "../components/Toast";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

const REFRESH_MS = 10_000;

/** Which computers go into which classroom's lessons by themselves: pair one, remove one. */
export default function ClassroomPcs() {
  const words = useWords();
  const toast = useToast();
  const [classrooms, reload] = useLoaded(listPcs);
  const [pairing, setPairing] = useState<{ classroom: Classroom; code: PcCode } | null>(null);
  const [removing, setRemoving] = useState<{ classroom: Classroom; pc: ClassroomPc } | null>(null);
  const [run, isBusy] = useAction();

  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [reload]);

  const pair = (classroom: Classroom) =>
    run(async () => {
      setPairing({ classroom, code: await issuePcCode(classroom.classroom_id, "spoken") });
    });
  const remove = (pc: ClassroomPc) =>
    run(async () => {
      await removePc(pc.pc_id);
      setRemoving(null);
      toast(words.classroomPcs.removed);
      reload();
    });

  return (
    <OfficePage title={words.classroomPcs.title}>
      <p>{words.classroomPcs.hint}</p>
      {classrooms.state === "loading" && <Spinner label={words.common.loading} />}
      {classrooms.state === "failed" && <LoadFailed error={classrooms.error} onRetry={reload} />}
      {classrooms.state === "ready" &&
        (classrooms.value.length === 0 ? (
          <EmptyState icon="screen" title={words.classroomPcs.emptyTitle}>
            {words.classroomPcs.emptyHint}
          </EmptyState>
        ) : (
          <PcTable
            classrooms={classrooms.value}
            isBusy={isBusy}
            onPair={pair}
            onRemove={(classroom, pc) => setRemoving({ classroom, pc })}
          />
        ))}
      {pairing && (
        <PcCodeDialog
          name={nameOf(pairing.classroom)}
          code={pairing.code}
          onClose={() => {
            setPairing(null);
            reload();
          }}
        />
      )}
      {removing && (
        <Dialog
          title={words.classroomPcs.removeTitle}
          onClose={() => setRemoving(null)}
          actions={
            <Button variant="danger" isBusy={isBusy} onClick={() => remove(removing.pc)}>
              {words.classroomPcs.removeConfirm}
            </Button>
          }
        >
          {words.classroomPcs.removeHint(
            browserName(removing.pc.browser) ?? words.classroomPcs.someBrowser,
            nameOf(removing.classroom),
          )}
        </Dialog>
      )}
    </OfficePage>
  );
}

const nameOf = (classroom: Classroom) => `${classroom.school_name} ${classroom.name}`;
