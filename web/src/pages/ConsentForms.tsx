import { useCallback, useState } from "react";
import { getConsentSheet } from "../api/consents";
import { getRetention } from "../api/recordings";
import type { ConsentSheet, Retention } from "../api/types";
import { Button } from "../components/Button";
import { ConsentPaper } from "../components/consent/ConsentPaper";
import styles from "../components/consent/Paper.module.css";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Select } from "../components/Select";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

const BLANK = "";
const EVERY = "every";

/** Consent forms to print: for each pupil of a classroom, for one, or a blank one. */
export default function ConsentForms({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const id = params.id ?? "";
  const load = useCallback(() => Promise.all([getConsentSheet(id), getRetention()]), [id]);
  const [loaded, reload] = useLoaded(load);
  return (
    <OfficePage
      title={words.consentForm.page}
      back={`/classrooms/${encodeURIComponent(id)}/consents`}
    >
      {loaded.state === "loading" && <Spinner label={words.common.loading} />}
      {loaded.state === "failed" && <LoadFailed error={loaded.error} onRetry={reload} />}
      {loaded.state === "ready" && <Papers sheet={loaded.value[0]} retention={loaded.value[1]} />}
    </OfficePage>
  );
}

function Papers({ sheet, retention }: { sheet: ConsentSheet; retention: Retention }) {
  const words = useWords().consentForm;
  const { pupils } = sheet;
  const [choice, setChoice] = useState(pupils.length > 0 ? EVERY : BLANK);
  const chosen = pupils.filter((one) => choice === EVERY || choice === one.pupil_id);
  const place = { school: sheet.school_name, classroom: sheet.classroom_name, retention };
  return (
    <>
      <div className={styles.choice}>
        <Select
          label={words.pupil}
          value={choice}
          options={[
            ...(pupils.length > 0
              ? [{ value: EVERY, label: words.everyPupil(pupils.length) }]
              : []),
            { value: BLANK, label: words.blank },
            ...pupils.map((one) => ({ value: one.pupil_id, label: one.name })),
          ]}
          onChange={setChoice}
        />
        <Button variant="primary" icon="printer" onClick={() => window.print()}>
          {words.print}
        </Button>
        <p>{words.printHint}</p>
      </div>
      <div>
        {chosen.length > 0 ? (
          chosen.map((pupil) => <ConsentPaper key={pupil.pupil_id} {...place} pupil={pupil} />)
        ) : (
          <ConsentPaper {...place} pupil={null} />
        )}
      </div>
    </>
  );
}
