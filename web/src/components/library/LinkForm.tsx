import { type FormEvent, useState } from "react";
import { createShareLink } from "../../api/sharing";
import type { NewShareLink } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { formatDuration } from "../../lesson/format";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { Field } from "../Field";
import { Select } from "../Select";
import { useToast } from "../Toast";
import { clipRange } from "./clock";
import styles from "./ShareDialog.module.css";

const DAYS = [7, 30, 90, 180, 365];
const DEFAULT_DAYS = "30";
const MIN_PASSPHRASE = 4;
const MAX_PASSPHRASE = 100;

interface LinkFormProps {
  recordingId: string;
  durationMs: number;
  onMade: () => void;
}

/** Make a link to the lesson or to a part of it; its address is shown once. */
export function LinkForm({ recordingId, durationMs, onMade }: LinkFormProps) {
  const words = useWords().sharing;
  const end = formatDuration(durationMs);
  const [isPart, setIsPart] = useState(false);
  const [from, setFrom] = useState("0:00");
  const [to, setTo] = useState(end);
  const [days, setDays] = useState(DEFAULT_DAYS);
  const [passphrase, setPassphrase] = useState("");
  const [wasTried, setWasTried] = useState(false);
  const [made, setMade] = useState<NewShareLink | null>(null);
  const [run, isBusy] = useAction();

  const clip = clipRange(from, to, durationMs);
  const secret = passphrase.trim();
  const rangeError = isPart && clip === null ? words.rangeWrong(end) : undefined;
  const secretError = secret && secret.length < MIN_PASSPHRASE ? words.passphraseShort : undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    if (rangeError || secretError) return;
    run(async () => {
      setMade(
        await createShareLink(recordingId, {
          days: Number(days),
          ...(secret && { passphrase: secret }),
          ...(isPart && clip && { clip }),
        }),
      );
      setPassphrase("");
      setWasTried(false);
      onMade();
    });
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-label={words.newLink}>
      <fieldset className={styles.choices}>
        <legend>{words.range}</legend>
        {[false, true].map((part) => (
          <label key={String(part)} className={styles.choice}>
            <input
              type="radio"
              name="range"
              checked={isPart === part}
              onChange={() => setIsPart(part)}
            />
            {part ? words.part : words.whole}
          </label>
        ))}
      </fieldset>
      {isPart && (
        <div className={styles.pair}>
          <Field
            label={words.from}
            value={from}
            maxLength={9}
            onChange={(event) => setFrom(event.target.value)}
          />
          <Field
            label={words.to}
            value={to}
            maxLength={9}
            error={wasTried ? rangeError : undefined}
            onChange={(event) => setTo(event.target.value)}
          />
        </div>
      )}
      <div className={styles.pair}>
        <Select
          label={words.days}
          value={days}
          options={DAYS.map((count) => ({ value: String(count), label: words.daysOf(count) }))}
          onChange={setDays}
        />
        <Field
          label={words.passphrase}
          hint={words.passphraseHint}
          error={wasTried ? secretError : undefined}
          value={passphrase}
          maxLength={MAX_PASSPHRASE}
          autoComplete="off"
          onChange={(event) => setPassphrase(event.target.value)}
        />
      </div>
      <div>
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {words.create}
        </Button>
      </div>
      {made && <Made link={made} />}
    </form>
  );
}

function Made({ link }: { link: NewShareLink }) {
  const words = useWords();
  const toast = useToast();
  const address = `${window.location.origin}${link.path}`;
  const copy = () => {
    // Plain http has no clipboard for pages; the address is selected and can be copied by hand.
    navigator.clipboard?.writeText(address).then(
      () => toast(words.common.copied),
      () => undefined,
    );
  };
  return (
    <div className={styles.made}>
      <Banner tone="ok" title={words.sharing.created}>
        {words.sharing.createdHint}
        {link.link.clip && ` ${words.sharing.cutting}`}
      </Banner>
      <Field
        label={words.sharing.address}
        value={address}
        readOnly
        autoFocus
        onFocus={(event) => event.target.select()}
      />
      {window.isSecureContext && (
        <div>
          <Button icon="copy" onClick={copy}>
            {words.common.copy}
          </Button>
        </div>
      )}
    </div>
  );
}
