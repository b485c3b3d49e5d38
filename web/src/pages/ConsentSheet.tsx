import { useCallback, useState } from "react";
import { enterPupilConsents, getConsentSheet } from "../api/consents";
import type { ConsentSheet as Sheet } from "../api/types";
import { Banner } from "../components/Banner";
import { Button, buttonClass } from "../components/Button";
import { ConsentGrid } from "../components/consent/ConsentGrid";
import styles from "../components/consent/ConsentTable.module.css";
import { ConsentUpload } from "../components/consent/ConsentUpload";
import { changesOf, draftOf } from "../components/consent/draft";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useToast } from "../components/Toast";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWarnBeforeLeaving } from "../hooks/useWarnBeforeLeaving";
import { useWords } from "../i18n";
import { Link } from "../router";

/** The answers of one classroom's pupils, entered from the forms that came back on paper. */
export default function ConsentSheet({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const id = params.id ?? "";
  const [sheet, reload] = useLoaded(useCallback(() => getConsentSheet(id), [id]));
  const own = `/classrooms/${encodeURIComponent(id)}`;
  return (
    <OfficePage
      title={
        sheet.state === "ready"
          ? words.consentSheet.titleOf(sheet.value.school_name, sheet.value.classroom_name)
          : words.consents.title
      }
      back="/consents"
      actions={
        <>
          <Link to={`${own}/consents/form`} className={buttonClass()}>
            {words.consentSheet.form}
          </Link>
          <Link to={`${own}/consents/notice`} className={buttonClass()}>
            {words.consentSheet.notice}
          </Link>
        </>
      }
    >
      {sheet.state === "loading" && <Spinner label={words.common.loading} />}
      {sheet.state === "failed" && <LoadFailed error={sheet.error} onRetry={reload} />}
      {sheet.state === "ready" &&
        (sheet.value.pupils.length === 0 ? (
          <EmptyState
            icon="people"
            title={words.consentSheet.noRosterTitle}
            action={
              <Link to={`${own}/roster`} className={buttonClass("primary")}>
                {words.consentSheet.toRoster}
              </Link>
            }
          >
            {words.consentSheet.noRosterHint}
          </EmptyState>
        ) : (
          <Pupils sheet={sheet.value} />
        ))}
    </OfficePage>
  );
}

function Pupils({ sheet: loaded }: { sheet: Sheet }) {
  const words = useWords();
  const toast = useToast();
  const [sheet, setSheet] = useState(loaded);
  const [draft, setDraft] = useState(() => draftOf(loaded.pupils));
  const [isAsking, setIsAsking] = useState(false);
  const [run, isBusy] = useAction();
  const changes = changesOf(sheet.pupils, draft);
  const withdrawals = changes.filter((one) => !one.is_granted).length;
  useWarnBeforeLeaving(changes.length > 0);

  const refresh = async () => {
    const fresh = await getConsentSheet(sheet.classroom_id);
    setSheet(fresh);
    setDraft(draftOf(fresh.pupils));
  };
  const save = () =>
    run(async () => {
      const { unpublished } = await enterPupilConsents(sheet.classroom_id, changes);
      setIsAsking(false);
      await refresh();
      toast(withdrawals > 0 ? words.consents.withdrawn(unpublished) : words.consentSheet.saved);
    });

  return (
    <>
      <Banner
        title={
          sheet.allowed.length > 0
            ? words.consentSheet.allows(
                sheet.allowed.map((one) => words.consents.purpose[one]).join(" · "),
              )
            : words.consentSheet.allowsNothing
        }
      />
      <p>{words.consentSheet.hint}</p>
      <ConsentGrid pupils={sheet.pupils} draft={draft} onChange={setDraft} />
      <div className={styles.save}>
        <Button
          variant="primary"
          isBusy={isBusy}
          disabled={changes.length === 0}
          onClick={() => (withdrawals > 0 ? setIsAsking(true) : save())}
        >
          {words.consentSheet.save(changes.length)}
        </Button>
        <span role="status">
          {changes.length > 0 && words.consentSheet.unsaved(changes.length)}
        </span>
      </div>
      {changes.length === 0 && <ConsentUpload sheet={sheet} onEntered={refresh} />}
      {isAsking && (
        <Dialog
          title={words.consents.withdrawTitle}
          onClose={() => setIsAsking(false)}
          actions={
            <Button variant="danger" isBusy={isBusy} onClick={save}>
              {words.consents.withdrawConfirm}
            </Button>
          }
        >
          {words.consents.withdrawMany(withdrawals)}
        </Dialog>
      )}
    </>
  );
}
