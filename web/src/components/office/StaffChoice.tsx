import type { Colleague, HelperDraft, InvitedRole } from "../../api/types";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Select } from "../Select";
import styles from "./Form.module.css";

const MAX_STAFF = 7;

export const colleagueName = ({ name, school }: Colleague) =>
  school ? `${name} · ${school}` : name;

interface StaffChoiceProps {
  colleagues: readonly Colleague[];
  chosen: readonly HelperDraft[];
  onChange: (chosen: readonly HelperDraft[]) => void;
}

/** Who helps and who watches, picked out of the county's staff. */
export function StaffChoice({ colleagues, chosen, onChange }: StaffChoiceProps) {
  const words = useWords();
  const { cockpit } = words;
  const isChosen = (id: string) => chosen.some((one) => one.user_id === id);
  const free = colleagues.filter((one) => !isChosen(one.user_id));
  const add = (user_id: string, role: InvitedRole) => {
    if (user_id) onChange([...chosen, { user_id, role }]);
  };
  const options = [
    { value: "", label: cockpit.choose },
    ...free.map((one) => ({ value: one.user_id, label: colleagueName(one) })),
  ];
  const isFull = chosen.length >= MAX_STAFF || free.length === 0;
  return (
    <fieldset className={styles.choices}>
      <legend>{cockpit.pickStaff}</legend>
      <p className={styles.soft}>{cockpit.pickStaffHint}</p>
      <ul>
        {chosen.map(({ user_id, role }) => {
          const who = colleagues.find((one) => one.user_id === user_id);
          if (!who) return null;
          return (
            <li key={user_id} className={styles.picked}>
              <span>
                {words.roles[role]} · {colleagueName(who)}
              </span>
              <Button
                size="small"
                icon="close"
                onClick={() => onChange(chosen.filter((one) => one.user_id !== user_id))}
              >
                {cockpit.remove(who.name)}
              </Button>
            </li>
          );
        })}
      </ul>
      <div className={styles.pair}>
        <Select
          label={cockpit.addAssistant}
          value=""
          options={options}
          isDisabled={isFull}
          onChange={(id) => add(id, "assistant")}
        />
        <Select
          label={cockpit.addObserver}
          value=""
          options={options}
          isDisabled={isFull}
          onChange={(id) => add(id, "observer")}
        />
      </div>
    </fieldset>
  );
}
