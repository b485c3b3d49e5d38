import { type FormEvent, useState } from "react";
import type { NamedSchool, StaffDraft, StaffMember } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Field } from "../Field";
import formStyles from "../office/Form.module.css";
import { Select } from "../Select";
import { loginsOf, MAX_LOGINS, missingIn, ROLES } from "./draft";

interface StaffFormProps {
  /** Whom to change; null: somebody new. */
  person: StaffMember | null;
  schools: readonly NamedSchool[];
  /** An admin of the county makes others, and has people who belong to no school. */
  isOfCounty: boolean;
  onSave: (draft: StaffDraft) => Promise<unknown>;
  onClose: () => void;
}

/** Name, logins, roles and school of one person. */
export function StaffForm({ person, schools, isOfCounty, onSave, onClose }: StaffFormProps) {
  const words = useWords().staff;
  const [name, setName] = useState(person?.name ?? "");
  const [logins, setLogins] = useState(person?.logins.join("，") ?? "");
  const [roles, setRoles] = useState<StaffMember["roles"]>(person?.roles ?? ["teacher"]);
  const [schoolId, setSchoolId] = useState(
    person?.school_id ?? (isOfCounty ? "" : (schools[0]?.school_id ?? "")),
  );
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy] = useAction();

  const draft: StaffDraft = {
    name: name.trim(),
    logins: loginsOf(logins).slice(0, MAX_LOGINS),
    roles,
    school_id: schoolId || null,
  };
  const missing = wasTried ? missingIn(draft) : undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (missingIn(draft) === undefined) run(() => onSave(draft));
  }

  return (
    <Dialog
      title={person ? words.changeTitle(person.name) : words.addTitle}
      onClose={onClose}
      actions={
        <Button type="submit" form="staff-form" variant="primary" isBusy={isBusy}>
          {words.save}
        </Button>
      }
    >
      <form id="staff-form" className={formStyles.form} onSubmit={submit} noValidate>
        <Field
          label={words.name}
          value={name}
          maxLength={120}
          autoFocus
          error={missing === "needName" ? words.needName : undefined}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={words.logins}
          hint={words.loginsHint}
          value={logins}
          maxLength={800}
          error={missing === "needLogin" ? words.needLogin : undefined}
          onChange={(event) => setLogins(event.target.value)}
        />
        <fieldset className={formStyles.choices}>
          <legend>{words.role}</legend>
          {ROLES.filter((role) => isOfCounty || role !== "admin").map((role) => (
            <label key={role} className={formStyles.choice}>
              <input
                type="checkbox"
                checked={roles.includes(role)}
                onChange={(event) =>
                  setRoles((was) =>
                    event.target.checked ? [...was, role] : was.filter((one) => one !== role),
                  )
                }
              />
              {words.roles[role]}
            </label>
          ))}
        </fieldset>
        {missing === "needRole" && <Banner tone="warn" title={words.needRole} />}
        <Select
          label={words.school}
          value={schoolId}
          options={[
            ...(isOfCounty ? [{ value: "", label: words.noSchool }] : []),
            ...schools.map((one) => ({ value: one.school_id, label: one.name })),
          ]}
          onChange={setSchoolId}
        />
      </form>
    </Dialog>
  );
}
