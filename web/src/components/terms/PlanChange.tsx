import type { PlanCheck } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { clashWords } from "../office/clashWords";
import { formatMoment } from "../office/dates";

interface PlanChangeProps {
  check: PlanCheck;
  /** On whose clock its courses begin. */
  zone: string;
  isBusy: boolean;
  onTakeOver: () => void;
  onClose: () => void;
}

/** What a sheet of courses comes to, or which lines of it are wrong, or what is in their way. */
export function PlanChange({ check, zone, isBusy, onTakeOver, onClose }: PlanChangeProps) {
  const { terms: words, planning, common } = useWords();
  const { language } = useLanguage();
  const moment = (iso: string) => formatMoment(iso, language, zone);
  if (check.errors.length > 0) {
    return (
      <Dialog title={words.errorsTitle} cancelLabel={common.close} onClose={onClose}>
        <ul>
          {check.errors.map((one) => (
            <li key={`${one.line} ${one.code}`}>
              {words.errorAt(one.line, words.errors[one.code] ?? words.otherError)}
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  if (check.clashes.length > 0) {
    return (
      <Dialog title={words.clashesTitle} cancelLabel={common.close} onClose={onClose} isWide>
        <ul>
          {check.clashes.map((one) => (
            <li key={`${one.line} ${one.clash.kind} ${one.clash.name} ${one.clash.title}`}>
              {words.clashAt(
                one.line,
                moment(one.wanted_at),
                clashWords(planning, one.clash, language, zone),
              )}
              {one.times > 1 && words.clashTimes(one.times)}
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={words.checkTitle}
      cancelLabel={common.cancel}
      onClose={onClose}
      actions={
        check.lessons > 0 && (
          <Button variant="primary" isBusy={isBusy} onClick={onTakeOver}>
            {words.takeOver}
          </Button>
        )
      }
    >
      <ul>
        {check.courses.map((one) => (
          <li key={one.line}>
            {one.first_at && one.last_at
              ? words.courseAt(one.title, one.lessons, moment(one.first_at), moment(one.last_at))
              : words.noneOf(one.title)}
          </li>
        ))}
      </ul>
      <p>{words.total(check.lessons)}</p>
    </Dialog>
  );
}
