import { useRef } from "react";
import { Button } from "../Button";
import { SHEET_KINDS } from "./csv";

interface SheetUploadProps {
  label: string;
  isBusy: boolean;
  onFile: (file: File) => void;
}

/** The key that asks for a sheet of a spreadsheet program; the same file may be chosen again. */
export function SheetUpload({ label, isBusy, onFile }: SheetUploadProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={SHEET_KINDS}
        hidden
        aria-label={label}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) onFile(file);
        }}
      />
      <Button
        variant="primary"
        icon="upload"
        isBusy={isBusy}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
    </>
  );
}
