import { type FormEvent, useState } from "react";
import { changePassword } from "../../api/account";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import { Field } from "../Field";
import formStyles from "../office/Form.module.css";
import { useToast } from "../Toast";

const MIN_CHARS = 8;

/** The old password and a new one; every other device has to sign in again. */
export function PasswordChange({ onChanged }: { onChanged: () => void }) {
  const words = useWords();
  const toast = useToast();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [wasTried, setWasTried] = useState(false);
  const [run, isBusy] = useAction();
  const isShort = fresh.length < MIN_CHARS;

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (isShort) return;
    run(async () => {
      await changePassword(old, fresh);
      setOld("");
      setFresh("");
      setWasTried(false);
      toast(words.account.changed);
      onChanged();
    });
  }

  return (
    <form className={formStyles.form} onSubmit={submit} noValidate>
      <h2>{words.account.password}</h2>
      <Field
        label={words.account.oldPassword}
        type="password"
        autoComplete="current-password"
        value={old}
        maxLength={200}
        onChange={(event) => setOld(event.target.value)}
      />
      <Field
        label={words.account.newPassword}
        type="password"
        autoComplete="new-password"
        value={fresh}
        maxLength={200}
        error={wasTried && isShort ? words.welcome.short : undefined}
        onChange={(event) => setFresh(event.target.value)}
      />
      <div>
        <Button type="submit" isBusy={isBusy} disabled={!old || !fresh}>
          {words.account.change}
        </Button>
      </div>
    </form>
  );
}
