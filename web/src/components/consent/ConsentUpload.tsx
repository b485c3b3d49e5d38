import { useState } from "react";
import { checkConsentSheet, enterConsentSheet } from "../../api/consents";
import type { ConsentSheet, ConsentSheetCheck } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { download } from "../roster/csv";
import { SheetUpload } from "../roster/SheetUpload";
import staffStyles from "../staff/Staff.module.css";
import { useToast } from "../Toast";
import { ConsentChange } from "./ConsentChange";
import { consentCsv } from "./consentCsv";

interface ConsentUploadProps {
  sheet: ConsentSheet;
  onEntered: () => Promise<void>;
}

/** The sheet to fill in, and the one that is filled in: checked first, taken over once somebody has seen what it changes. */
export function ConsentUpload({ sheet, onEntered }: ConsentUploadProps) {
  const words = useWords().consentSheet;
  const toast = useToast();
  const [checked, setChecked] = useState<{ file: File; check: ConsentSheetCheck } | null>(null);
  const [run, isBusy] = useAction();
  const id = sheet.classroom_id;
  const name = `${sheet.school_name} ${sheet.classroom_name}`;
  const takeOver = async (file: File) => {
    await enterConsentSheet(id, file);
    setChecked(null);
    toast(words.takenOver);
    await onEntered();
  };
  return (
    <section>
      <p>{words.sheetHint}</p>
      <div className={staffStyles.buttons}>
        <Button
          icon="download"
          onClick={() =>
            download(words.fileName(name), consentCsv(words.columns, words.cell, sheet.pupils))
          }
        >
          {words.download}
        </Button>
        <SheetUpload
          label={words.upload}
          isBusy={isBusy}
          onFile={(file) =>
            run(async () => setChecked({ file, check: await checkConsentSheet(id, file) }))
          }
        />
      </div>
      {checked && (
        <ConsentChange
          check={checked.check}
          isBusy={isBusy}
          onClose={() => setChecked(null)}
          onTakeOver={() => run(() => takeOver(checked.file))}
        />
      )}
    </section>
  );
}
