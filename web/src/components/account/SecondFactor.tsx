import { type FormEvent, useState } from "react";
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor } from "../../api/account";
import type { Enrolment } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Badge } from "../Badge";
import { Button } from "../Button";
import { Field } from "../Field";
import formStyles from "../office/Form.module.css";
import { QrCode } from "../QrCode";
import { useToast } from "../Toast";

interface SecondFactorProps {
  isOn: boolean;
  onChanged: () => void;
}

/** Six digits of an authenticator app besides the password: off, being set up, or on. */
export function SecondFactor({ isOn, onChanged }: SecondFactorProps) {
  const words = useWords().account;
  const toast = useToast();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [typed, setTyped] = useState("");
  const [run, isBusy] = useAction();

  const act = (what: () => Promise<unknown>, said: string) => (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      await what();
      setEnrolment(null);
      setTyped("");
      toast(said);
      onChanged();
    });
  };

  return (
    <section className={formStyles.form} aria-label={words.factor}>
      <h2>
        {words.factor} {isOn && <Badge tone="ok">{words.factorOn}</Badge>}
      </h2>
      <p>{words.factorHint}</p>
      {isOn && (
        <form
          className={formStyles.form}
          onSubmit={act(() => removeSecondFactor(typed), words.turnedOff)}
        >
          <Field
            label={words.oldPassword}
            hint={words.turnOffHint}
            type="password"
            autoComplete="current-password"
            value={typed}
            maxLength={200}
            onChange={(event) => setTyped(event.target.value)}
          />
          <div>
            <Button type="submit" isBusy={isBusy} disabled={!typed}>
              {words.turnOff}
            </Button>
          </div>
        </form>
      )}
      {!isOn && !enrolment && (
        <div>
          <Button
            isBusy={isBusy}
            onClick={() => run(async () => setEnrolment(await beginSecondFactor()))}
          >
            {words.turnOn}
          </Button>
        </div>
      )}
      {!isOn && enrolment && (
        <form
          className={formStyles.form}
          onSubmit={act(() => confirmSecondFactor(typed), words.turnedOn)}
        >
          <p>{words.scan}</p>
          <QrCode text={enrolment.uri} label={words.picture} />
          <p>
            {words.secret}: <code>{enrolment.secret}</code>
          </p>
          <Field
            label={words.code}
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            value={typed}
            maxLength={7}
            onChange={(event) => setTyped(event.target.value)}
          />
          <div>
            <Button type="submit" variant="primary" isBusy={isBusy} disabled={typed.length < 6}>
              {words.confirm}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}
