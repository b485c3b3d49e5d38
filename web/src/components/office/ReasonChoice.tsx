import type { CancelReason } from "../../api/types";
import { useWords } from "../../i18n";
import { Select } from "../Select";

const REASONS: readonly CancelReason[] = [
  "teacher",
  "school",
  "holiday",
  "network",
  "power",
  "other",
];

interface ReasonChoiceProps {
  reason: CancelReason;
  onChange: (reason: CancelReason) => void;
}

/** Why lessons do not take place. */
export function ReasonChoice({ reason, onChange }: ReasonChoiceProps) {
  const { planning } = useWords();
  return (
    <Select
      label={planning.reason}
      value={reason}
      options={REASONS.map((value) => ({ value, label: planning.reasons[value] }))}
      onChange={(value) => onChange(value as CancelReason)}
    />
  );
}
