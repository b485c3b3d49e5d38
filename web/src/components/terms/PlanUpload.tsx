import { useState } from "react";
import { checkPlan, importPlan } from "../../api/terms";
import type { PlanCheck, Term } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { SheetUpload } from "../roster/SheetUpload";
import { useToast } from "../Toast";
import { PlanChange } from "./PlanChange";

interface PlanUploadProps {
  term: Term;
  groupId: string;
  onChanged: () => void;
}

/** A sheet is checked first, and taken over once somebody has seen what comes of it. */
export function PlanUpload({ term, groupId, onChanged }: PlanUploadProps) {
  const { terms: words } = useWords();
  const toast = useToast();
  const [checked, setChecked] = useState<{ file: File; check: PlanCheck } | null>(null);
  const [run, isBusy] = useAction();
  const takeOver = async (file: File) => {
    const done = await importPlan(term.term_id, groupId, file);
    setChecked(null);
    toast(words.takenOver(done.lessons));
    onChanged();
  };
  return (
    <>
      <SheetUpload
        label={words.upload}
        isBusy={isBusy}
        onFile={(file) =>
          run(async () => setChecked({ file, check: await checkPlan(term.term_id, groupId, file) }))
        }
      />
      {checked && (
        <PlanChange
          check={checked.check}
          zone={term.time_zone}
          isBusy={isBusy}
          onClose={() => setChecked(null)}
          onTakeOver={() => run(() => takeOver(checked.file))}
        />
      )}
    </>
  );
}
