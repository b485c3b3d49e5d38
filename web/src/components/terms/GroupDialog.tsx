import { type FormEvent, useState } from "react";
import { addSchoolGroup } from "../../api/terms";
import type { NamedSchool } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import formStyles from "../office/Form.module.css";
import { Select } from "../Select";

interface GroupDialogProps {
  schools: NamedSchool[];
  onClose: () => void;
  onSaved: () => void;
}

/** A new group "1 + 1 + X": a city school, a town school, and village schools. */
export function GroupDialog({ schools, onClose, onSaved }: GroupDialogProps) {
  const { terms: words, common } = useWords();
  const [name, setName] = useState("");
  const [city, setCity] = useState(schools[0]?.school_id ?? "");
  const [town, setTown] = useState(schools[1]?.school_id ?? "");
  const [villages, setVillages] = useState<readonly string[]>([]);
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy] = useAction();
  const others = schools.filter((one) => one.school_id !== city && one.school_id !== town);
  const chosen = villages.filter((id) => others.some((one) => one.school_id === id));
  const options = schools.map((one) => ({ value: one.school_id, label: one.name }));
  const isWrong = city === town || chosen.length === 0;

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (!name.trim() || isWrong) return;
    run(async () => {
      await addSchoolGroup({
        name: name.trim(),
        city_id: city,
        town_id: town,
        village_ids: [...chosen],
      });
      onSaved();
    });
  }

  if (schools.length < 3) {
    return (
      <Dialog title={words.addGroup} cancelLabel={common.close} onClose={onClose}>
        <p>{words.fewSchools}</p>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={words.addGroup}
      onClose={onClose}
      actions={
        <Button type="submit" form="group-form" variant="primary" isBusy={isBusy}>
          {words.save}
        </Button>
      }
    >
      <form id="group-form" className={formStyles.form} onSubmit={submit} noValidate>
        <Field
          label={words.groupName}
          hint={words.groupNameHint}
          value={name}
          maxLength={120}
          autoFocus
          error={wasTried && !name.trim() ? words.needName : undefined}
          onChange={(event) => setName(event.target.value)}
        />
        <Select label={words.city} value={city} options={options} onChange={setCity} />
        <Select label={words.town} value={town} options={options} onChange={setTown} />
        <fieldset className={formStyles.choices}>
          <legend>
            {words.villages} · {words.chosen(chosen.length)}
          </legend>
          {others.map((one) => (
            <label key={one.school_id} className={formStyles.choice}>
              <input
                type="checkbox"
                checked={chosen.includes(one.school_id)}
                onChange={(event) =>
                  setVillages(
                    event.target.checked
                      ? [...chosen, one.school_id]
                      : chosen.filter((id) => id !== one.school_id),
                  )
                }
              />
              <span>{one.name}</span>
            </label>
          ))}
        </fieldset>
        {wasTried && isWrong && <Banner tone="warn" title={words.needVillage} />}
      </form>
    </Dialog>
  );
}
