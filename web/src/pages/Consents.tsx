import { useCallback, useState } from "react";
import { getMe } from "../api/account";
import { enterConsent, listConsents } from "../api/consents";
import { isAdmin } from "../api/roles";
import { getSite } from "../api/server";
import type { ClassroomConsents, ConsentPage, Purpose } from "../api/types";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { ConsentTable } from "../components/consent/ConsentTable";
import { Dialog } from "../components/Dialog";
import { EmptyState } from "../components/EmptyState";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { SearchBar } from "../components/SearchBar";
import { Spinner } from "../components/Spinner";
import { useToast } from "../components/Toast";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

interface Change {
  classroom: ClassroomConsents;
  purpose: Purpose;
}

const nameOf = (one: ClassroomConsents) => `${one.school_name} ${one.name}`;

/** What each classroom's pupils have agreed to: the county's for admins, the school's for its on-site teachers. */
export default function Consents() {
  const words = useWords().consents;
  const [text, setText] = useState("");

  return (
    <OfficePage title={words.title}>
      <p>{words.hint}</p>
      <SearchBar label={words.search} onSearch={setText} />
      <Classrooms key={text} text={text} />
    </OfficePage>
  );
}

function Classrooms({ text }: { text: string }) {
  const words = useWords();
  const load = useCallback(async () => {
    const [page, site, me] = await Promise.all([listConsents({ text }), getSite(), getMe()]);
    return { page, isDemo: site.is_demo, mayAnswer: isAdmin(me) };
  }, [text]);
  const [first, reload] = useLoaded(load);
  if (first.state === "loading") return <Spinner label={words.common.loading} />;
  if (first.state === "failed") return <LoadFailed error={first.error} onRetry={reload} />;
  const { page, isDemo, mayAnswer } = first.value;
  return (
    <>
      {isDemo && <Banner title={words.consents.demoHint} />}
      {page.items.length === 0 ? (
        <EmptyState icon="people" title={words.consents.emptyTitle}>
          {text ? words.consents.notFoundHint : words.consents.emptyHint}
        </EmptyState>
      ) : (
        <Pages first={page} text={text} mayAnswer={mayAnswer} />
      )}
    </>
  );
}

interface PagesProps {
  first: ConsentPage;
  text: string;
  /** For classrooms without a roster. */
  mayAnswer: boolean;
}

function Pages({ first, text, mayAnswer }: PagesProps) {
  const words = useWords().consents;
  const toast = useToast();
  const [page, setPage] = useState(first);
  const [withdrawing, setWithdrawing] = useState<Change | null>(null);
  const [run, isBusy] = useAction();

  const enter = ({ classroom, purpose }: Change, isGranted: boolean) =>
    run(async () => {
      const { unpublished } = await enterConsent(classroom.classroom_id, purpose, isGranted);
      setWithdrawing(null);
      if (!isGranted) toast(words.withdrawn(unpublished));
      setPage(await listConsents({ text }));
    });
  const more = (after: string) =>
    run(async () => {
      const next = await listConsents({ text, after });
      setPage({ items: [...page.items, ...next.items], next: next.next });
    });

  return (
    <>
      <ConsentTable
        classrooms={page.items}
        isAdmin={mayAnswer}
        isBusy={isBusy}
        onChange={(classroom, purpose, isGranted) => {
          if (isGranted) enter({ classroom, purpose }, true);
          else setWithdrawing({ classroom, purpose });
        }}
      />
      {page.next !== null && (
        <Button isBusy={isBusy} onClick={() => page.next && more(page.next)}>
          {words.more}
        </Button>
      )}
      {withdrawing && (
        <Dialog
          title={words.withdrawTitle}
          onClose={() => setWithdrawing(null)}
          actions={
            <Button variant="danger" isBusy={isBusy} onClick={() => enter(withdrawing, false)}>
              {words.withdrawConfirm}
            </Button>
          }
        >
          {words.withdrawHint(nameOf(withdrawing.classroom), words.purpose[withdrawing.purpose])}
        </Dialog>
      )}
    </>
  );
}
