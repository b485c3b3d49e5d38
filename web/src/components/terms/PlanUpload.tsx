import { useRef, useState } from "react";
import { checkPlan, importPlan } from "../../api/endpoints";
import type { PlanCheck } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { SHEET_KINDS } from "../roster/csv";
import { useToast } from "../Toast";
import { PlanChange } from "./PlanChange";

interface PlanUploadProps {
  termId: string;
  groupId: string;
  onChanged: () => void;
}

/** A sheet is checked first, and taken over once somebody has seen what comes of it. */
export function PlanUpload({ termId, groupId, onChanged }: PlanUploadProps) {
  const { terms: words } = useWords();
  const toast = useToast();
  const input = useRef<HTMLInputElement>(null);
  const [checked, setChecked] = useState<{ file: File; check: PlanCheck } | null>(null);
  const [run, isBusy] = useAction();
  const takeOver = async (file: File) => {
    const done = await importPlan(termId, groupId, file);
    setChecked(null);
    toast(words.takenOver(done.lessons));
    onChanged();
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={SHEET_KINDS}
        hidden
        aria-label={words.upload}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file)
            run(async () => setChecked({ file, check: await checkPlan(termId, groupId, file) }));
        }}
      />
      <Button
        variant="primary"
        icon="upload"
        isBusy={isBusy}
        onClick={() => input.current?.click()}
      >
        {words.upload}
      </Button>
      {checked && (
        <PlanChange
          check={checked.check}
          isBusy={isBusy}
          onClose={() => setChecked(null)}
          onTakeOver={() => run(() => takeOver(checked.file))}
        />
      )}
    </>
  );
}
