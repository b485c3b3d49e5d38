import type { RosterCheck } from "../../api/types";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";

interface RosterChangeProps {
  check: RosterCheck;
  isBusy: boolean;
  onTakeOver: () => void;
  onClose: () => void;
}

/** What a sheet would change, or which lines of it are wrong. */
export function RosterChange({ check, isBusy, onTakeOver, onClose }: RosterChangeProps) {
  const words = useWords();
  const { roster } = words;
  if (check.errors.length > 0) {
    return (
      <Dialog title={roster.errorsTitle} cancelLabel={words.common.close} onClose={onClose}>
        <ul>
          {check.errors.map((error) => (
            <li key={`${error.line} ${error.code}`}>
              {roster.errorAt(error.line, errorWord(roster.errors, error.code, roster.otherError))}
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  const renamings = check.renamed.map((one) => roster.renaming(one.before, one.after));
  const lines = [
    check.added.length > 0 && roster.added(roster.many(check.added)),
    check.joined.length > 0 && roster.joined(roster.many(check.joined)),
    renamings.length > 0 && roster.renamed(roster.many(renamings)),
    check.left.length > 0 && roster.left(roster.many(check.left)),
  ].filter((line) => line !== false);
  const isNothing = lines.length === 0;
  return (
    <Dialog
      title={roster.checkTitle}
      cancelLabel={isNothing ? words.common.close : words.common.cancel}
      onClose={onClose}
      actions={
        !isNothing && (
          <Button variant="primary" isBusy={isBusy} onClick={onTakeOver}>
            {roster.takeOver}
          </Button>
        )
      }
    >
      {isNothing ? (
        <p>{roster.nothing}</p>
      ) : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
          <li>{roster.unchanged(check.unchanged)}</li>
        </ul>
      )}
    </Dialog>
  );
}

function errorWord(words: Record<string, string>, code: string, other: string): string {
  return words[code] ?? other;
}
