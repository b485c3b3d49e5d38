import { useCallback } from "react";
import { getConsentSheet } from "../api/consents";
import { getRetention } from "../api/recordings";
import { Button } from "../components/Button";
import { Blank } from "../components/consent/ConsentPaper";
import styles from "../components/consent/Paper.module.css";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

/** One sheet of A4 for the wall of a classroom that has a camera. */
export default function RoomNotice({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const id = params.id ?? "";
  const load = useCallback(() => Promise.all([getConsentSheet(id), getRetention()]), [id]);
  const [loaded, reload] = useLoaded(load);
  return (
    <OfficePage
      title={words.roomNotice.page}
      back={`/classrooms/${encodeURIComponent(id)}/consents`}
    >
      {loaded.state === "loading" && <Spinner label={words.common.loading} />}
      {loaded.state === "failed" && <LoadFailed error={loaded.error} onRetry={reload} />}
      {loaded.state === "ready" && (
        <>
          <div className={styles.choice}>
            <Button variant="primary" icon="printer" onClick={() => window.print()}>
              {words.consentForm.print}
            </Button>
          </div>
          <article className={styles.paper} aria-label={words.roomNotice.page}>
            <h2>{words.roomNotice.title}</h2>
            <p className={styles.who}>
              <Blank label={words.consentForm.school} text={loaded.value[0].school_name} />
              <Blank label={words.consentForm.classroom} text={loaded.value[0].classroom_name} />
            </p>
            <dl className={styles.points}>
              {words.roomNotice
                .points(loaded.value[1].classroom_tracks_days, loaded.value[1].recordings_days)
                .flatMap(([what, text]) => [
                  <dt key={what}>{what}</dt>,
                  <dd key={`${what} text`}>{text}</dd>,
                ])}
            </dl>
            <p className={styles.signatures}>
              <Blank label={words.roomNotice.contact} text="" />
              <Blank label={words.roomNotice.phone} text="" />
            </p>
          </article>
        </>
      )}
    </OfficePage>
  );
}
