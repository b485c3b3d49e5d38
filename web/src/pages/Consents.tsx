import { useState } from "react";
import { enterConsent, getSite, listConsents } from "../api/endpoints";
import type { ClassroomConsents, Purpose } from "../api/types";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { ConsentTable } from "../components/office/ConsentTable";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useToast } from "../components/Toast";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

async function load() {
  const [classrooms, site] = await Promise.all([listConsents(), getSite()]);
  return { classrooms, isDemo: site.is_demo };
}

interface Change {
  classroom: ClassroomConsents;
  purpose: Purpose;
}

const nameOf = (one: ClassroomConsents) => `${one.school_name} ${one.name}`;

/** What each classroom has agreed to, for the county's admins. */
export default function Consents() {
  const words = useWords();
  const toast = useToast();
  const [consents, reload] = useLoaded(load);
  const [withdrawing, setWithdrawing] = useState<Change | null>(null);
  const [run, isBusy] = useAction();

  const enter = ({ classroom, purpose }: Change, isGranted: boolean) =>
    run(async () => {
      const { unpublished } = await enterConsent(classroom.classroom_id, purpose, isGranted);
      setWithdrawing(null);
      if (!isGranted) toast(words.consents.withdrawn(unpublished));
      reload();
    });

  return (
    <OfficePage title={words.consents.title} back="/lessons">
      <p>{words.consents.hint}</p>
      {consents.state === "loading" && <Spinner label={words.common.loading} />}
      {consents.state === "failed" && <LoadFailed error={consents.error} onRetry={reload} />}
      {consents.state === "ready" && (
        <>
          {consents.value.isDemo && <Banner title={words.consents.demoHint} />}
          {consents.value.classrooms.length === 0 ? (
            <EmptyState icon="people" title={words.consents.emptyTitle}>
              {words.consents.emptyHint}
            </EmptyState>
          ) : (
            <ConsentTable
              classrooms={consents.value.classrooms}
              isBusy={isBusy}
              onChange={(classroom, purpose, isGranted) => {
                if (isGranted) enter({ classroom, purpose }, true);
                else setWithdrawing({ classroom, purpose });
              }}
            />
          )}
        </>
      )}
      {withdrawing && (
        <Dialog
          title={words.consents.withdrawTitle}
          onClose={() => setWithdrawing(null)}
          actions={
            <Button variant="danger" isBusy={isBusy} onClick={() => enter(withdrawing, false)}>
              {words.consents.withdrawConfirm}
            </Button>
          }
        >
          {words.consents.withdrawHint(
            nameOf(withdrawing.classroom),
            words.consents.purpose[withdrawing.purpose],
          )}
        </Dialog>
      )}
    </OfficePage>
  );
}
