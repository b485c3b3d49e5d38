import { useState } from "react";
import type { Colleague, HelperDraft, InvitedRole } from "../../api/types";
import { useFound } from "../../hooks/useFound";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Field } from "../Field";
import { Select } from "../Select";
import styles from "./Form.module.css";
import { colleagueName, findColleagues, OFFERED } from "./people";

const MAX_STAFF = 7;

interface StaffChoiceProps {
  /** Whom the server offers before anything is looked for. */
  colleagues: readonly Colleague[];
  /** Who leads does not help. */
  leadId: string;
  chosen: readonly HelperDraft[];
  onChange: (chosen: readonly HelperDraft[]) => void;
}

/** Who helps and who watches, picked out of the county's staff. */
export function StaffChoice({ colleagues, leadId, chosen, onChange }: StaffChoiceProps) {
  const words = useWords();
  const { cockpit } = words;
  const { text, setText, items } = useFound(colleagues, findColleagues);
  const [picked, setPicked] = useState<readonly Colleague[]>([]);
  const isChosen = (id: string) => chosen.some((one) => one.user_id === id);
  const free = items.filter((one) => one.user_id !== leadId && !isChosen(one.user_id));
  const add = (user_id: string, role: InvitedRole) => {
    const who = free.find((one) => one.user_id === user_id);
    if (!who) return;
    setPicked([...picked, who]);
    onChange([...chosen, { user_id, role }]);
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
          const who = picked.find((one) => one.user_id === user_id);
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
      {colleagues.length >= OFFERED && (
        <Field
          label={words.find.person}
          type="search"
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
      )}
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
