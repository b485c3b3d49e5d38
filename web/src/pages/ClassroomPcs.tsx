import { useCallback, useEffect, useState } from "react";
import { issuePcCode, listPcs, removePc } from "../api/pcs";
import type { ClassroomPcs as Classroom, ClassroomPc, PcCode } from "../api/types";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { Listed } from "../components/Listed";
import { NothingFound } from "../components/NothingFound";
import { browserName } from "../components/office/browserName";
import { OfficePage } from "../components/office/OfficePage";
import { PcCodeDialog } from "../components/office/PcCodeDialog";
import { PcTable } from "../components/office/PcTable";
import { SearchBar } from "../components/SearchBar";
import { useToast } from "../components/Toast";
import { useAction } from "../hooks/useAction";
import { usePages } from "../hooks/usePages";
import { useWords } from "../i18n";

const REFRESH_MS = 10_000;

/** Which computers go into which classroom's lessons by themselves: pair one, remove one. */
export default function ClassroomPcs() {
  const words = useWords();
  const [text, setText] = useState("");
  return (
    <OfficePage title={words.classroomPcs.title}>
      <p>{words.classroomPcs.hint}</p>
      <SearchBar label={words.find.classroom} onSearch={setText} />
      <Classrooms key={text} text={text} />
    </OfficePage>
  );
}

function Classrooms({ text }: { text: string }) {
  const words = useWords();
  const toast = useToast();
  const pages = usePages(
    useCallback((after?: string) => listPcs(after ? { text, after } : { text }), [text]),
  );
  const [pairing, setPairing] = useState<{ classroom: Classroom; code: PcCode } | null>(null);
  const [removing, setRemoving] = useState<{ classroom: Classroom; pc: ClassroomPc } | null>(null);
  const [run, isChanging] = useAction();
  const { first, items, isBusy, reload } = pages;
  // What was opened further down stays open.
  const isFirstPage = first.state === "ready" && items.length === first.value.items.length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `reload` is another function each time.
  useEffect(() => {
    if (!isFirstPage) return;
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [isFirstPage]);

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

  const none = text ? (
    <NothingFound />
  ) : (
    <EmptyState icon="screen" title={words.classroomPcs.emptyTitle}>
      {words.classroomPcs.emptyHint}
    </EmptyState>
  );
  return (
    <Listed pages={pages} empty={none} more={words.find.more}>
      <PcTable
        classrooms={items}
        isBusy={isBusy || isChanging}
        onPair={pair}
        onRemove={(classroom, pc) => setRemoving({ classroom, pc })}
      />
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
            <Button variant="danger" isBusy={isChanging} onClick={() => remove(removing.pc)}>
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
    </Listed>
  );
}

const nameOf = (classroom: Classroom) => `${classroom.school_name} ${classroom.name}`;
