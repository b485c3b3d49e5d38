import type { PcCode } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { formatTime } from "../../lesson/format";
import { Dialog } from "../Dialog";
import { SpokenCode } from "../SpokenCode";

interface PcCodeDialogProps {
  /** School and classroom. */
  name: string;
  code: PcCode;
  onClose: () => void;
}

/** The code that makes a PC this classroom's own, to be read out to whoever sits at it. */
export function PcCodeDialog({ name, code, onClose }: PcCodeDialogProps) {
  const words = useWords();
  const { language } = useLanguage();
  const address = code.url.replace(/#.*/, "");
  return (
    <Dialog
      title={words.classroomPcs.pairOf(name)}
      onClose={onClose}
      cancelLabel={words.common.close}
    >
      <SpokenCode
        code={code.code}
        hint={words.classroomPcs.codeHint}
        address={address}
        until={words.classroomPcs.codeUntil(formatTime(Date.parse(code.expires_at), language))}
      />
      <p>{words.classroomPcs.refreshes}</p>
    </Dialog>
  );
}
