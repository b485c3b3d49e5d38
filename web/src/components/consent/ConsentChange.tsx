import type { ConsentSheetCheck } from "../../api/types";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";

interface ConsentChangeProps {
  check: ConsentSheetCheck;
  isBusy: boolean;
  onTakeOver: () => void;
  onClose: () => void;
}

/** What a sheet of answers would change, or which lines of it are wrong. */
export function ConsentChange({ check, isBusy, onTakeOver, onClose }: ConsentChangeProps) {
  const { consents, consentSheet: words, roster, common } = useWords();
  if (check.errors.length > 0) {
    return (
      <Dialog title={roster.errorsTitle} cancelLabel={common.close} onClose={onClose}>
        <ul>
          {check.errors.map((one) => (
            <li key={`${one.line} ${one.code}`}>
              {roster.errorAt(one.line, words.errors[one.code] ?? roster.otherError)}
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  const lines = check.changes.flatMap(({ purpose, agreed, refused }) => [
    agreed.length > 0 && words.agreed(consents.purpose[purpose], roster.many(agreed)),
    refused.length > 0 && words.refused(consents.purpose[purpose], roster.many(refused)),
  ]);
  const changes = lines.filter((line) => line !== false);
  const isWithdrawal = check.changes.some(({ refused }) => refused.length > 0);
  const isNothing = changes.length === 0;
  return (
    <Dialog
      title={words.checkTitle}
      cancelLabel={isNothing ? common.close : common.cancel}
      onClose={onClose}
      actions={
        !isNothing && (
          <Button
            variant={isWithdrawal ? "danger" : "primary"}
            isBusy={isBusy}
            onClick={onTakeOver}
          >
            {words.takeOver}
          </Button>
        )
      }
    >
      {isNothing ? (
        <p>{words.nothing}</p>
      ) : (
        <ul>
          {changes.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {check.unpublished > 0 && <p>{words.takenDown(check.unpublished)}</p>}
    </Dialog>
  );
}
