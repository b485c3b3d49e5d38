import { useCallback, useState } from "react";
import { getMe } from "../api/account";
import { listRecordingChoices, listRecordings } from "../api/recordings";
import { isAdmin } from "../api/roles";
import type { Me, RecordingChoices, RecordingRow as Row } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Deletions } from "../components/library/Deletions";
import { LibrarySearch } from "../components/library/LibrarySearch";
import { RecordingRow } from "../components/library/RecordingRow";
import { NOTHING, queryOf } from "../components/library/search";
import { InterruptedLink } from "../components/office/InterruptedLink";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { isNothing } from "../components/search/draft";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import styles from "./Lessons.module.css";

const SHOWN = 20;

interface Around {
  me: Me;
  choices: RecordingChoices;
}

async function loadAround(): Promise<Around> {
  const [me, choices] = await Promise.all([getMe(), listRecordingChoices()]);
  return { me, choices };
}

/** Everything that one may watch: what one took part in, and what is published in the county. */
export default function Recordings() {
  const words = useWords();
  const [around, reload] = useLoaded(loadAround);
  const [search, setSearch] = useState(NOTHING);
  const [round, setRound] = useState(0);
  return (
    <OfficePage title={words.recordings.title} actions={<InterruptedLink />}>
      {around.state === "loading" && <Spinner label={words.common.loading} />}
      {around.state === "failed" && <LoadFailed error={around.error} onRetry={reload} />}
      {around.state === "ready" && (
        <>
          <LibrarySearch choices={around.value.choices} onSearch={setSearch} />
          <Results
            key={`${JSON.stringify(search)} ${round}`}
            search={search}
            onDeleted={() => setRound(round + 1)}
          />
          {isAdmin(around.value.me) && <Deletions key={round} />}
        </>
      )}
    </OfficePage>
  );
}

interface ResultsProps {
  search: typeof NOTHING;
  onDeleted: () => void;
}

function Results({ search, onDeleted }: ResultsProps) {
  const words = useWords();
  const [first, reload] = useLoaded(
    useCallback(() => listRecordings({ ...queryOf(search), limit: SHOWN }), [search]),
  );
  if (first.state === "loading") return <Spinner label={words.common.loading} />;
  if (first.state === "failed") return <LoadFailed error={first.error} onRetry={reload} />;
  if (first.value.items.length > 0) {
    return (
      <List search={search} first={first.value.items} next={first.value.next} {...{ onDeleted }} />
    );
  }
  return isNothing(search) ? (
    <EmptyState icon="play" title={words.recordings.emptyTitle}>
      {words.recordings.emptyHint}
    </EmptyState>
  ) : (
    <EmptyState icon="info" title={words.recordings.noneTitle}>
      {words.recordings.noneHint}
    </EmptyState>
  );
}

interface ListProps extends ResultsProps {
  first: Row[];
  next: string | null;
}

function List({ search, first, next, onDeleted }: ListProps) {
  const words = useWords();
  const [more, setMore] = useState<{ items: Row[]; next: string | null }>({ items: [], next });
  const [run, isBusy] = useAction();
  const loadMore = (before: string) =>
    run(async () => {
      const page = await listRecordings({ ...queryOf(search), limit: SHOWN, before });
      setMore((was) => ({ items: [...was.items, ...page.items], next: page.next }));
    });
  return (
    <>
      <ul className={styles.list}>
        {[...first, ...more.items].map((recording) => (
          <li key={recording.recording_id}>
            <RecordingRow recording={recording} onDeleted={onDeleted} />
          </li>
        ))}
      </ul>
      {more.next !== null && (
        <Button isBusy={isBusy} onClick={() => more.next !== null && loadMore(more.next)}>
          {words.recordings.more}
        </Button>
      )}
    </>
  );
}
