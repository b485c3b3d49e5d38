import { useMemo, useState } from "react";
import { getMe } from "../api/account";
import { isCountyAdmin } from "../api/roles";
import { listSchoolNames } from "../api/schools";
import { listTeachers } from "../api/staff";
import { listTerms } from "../api/terms";
import type { LedgerQuery } from "../api/types";
import { Banner } from "../components/Banner";
import { Button, buttonClass } from "../components/Button";
import { Icon } from "../components/Icon";
import styles from "../components/ledger/Ledger.module.css";
import { LedgerCharts } from "../components/ledger/LedgerCharts";
import { LedgerFilters } from "../components/ledger/LedgerFilters";
import { LedgerTable } from "../components/ledger/LedgerTable";
import { PupilsTable } from "../components/ledger/PupilsTable";
import { TotalsTable } from "../components/ledger/TotalsTable";
import { formatPlainDay } from "../components/office/dates";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";
import { fileUrl, type LedgerFilter, queryOf, recentDays } from "../ledger/filter";
import type { LedgerView } from "../ledger/views";
import { TIME_ZONE } from "../zone";

async function loadChoices() {
  const [me, schools, teachers, terms] = await Promise.all([
    getMe(),
    listSchoolNames(),
    listTeachers(),
    listTerms(),
  ]);
  return {
    schools,
    teachers,
    terms,
    isOfCounty: isCountyAdmin(me),
    recent: recentDays(new Date(), TIME_ZONE),
  };
}

/** Planned against delivered time with the causes: by lesson, added up, or by pupil; on screen, on paper, as a file. */
export default function Ledger() {
  const words = useWords();
  const { language } = useLanguage();
  const [choices, reload] = useLoaded(loadChoices);
  const value = choices.state === "ready" ? choices.value : null;
  const [chosen, setFilter] = useState<LedgerFilter | null>(null);
  const filter = chosen ?? value?.recent ?? null;
  const [view, setView] = useState<LedgerView>("lessons");
  const query = useMemo(() => filter && queryOf(filter, TIME_ZONE), [filter]);
  return (
    <OfficePage title={words.ledger.title} actions={query && <Files query={query} view={view} />}>
      {choices.state === "loading" && <Spinner label={words.common.loading} />}
      {choices.state === "failed" && <LoadFailed error={choices.error} onRetry={reload} />}
      {value && filter && (
        <>
          <LedgerFilters
            choices={value}
            filter={filter}
            view={view}
            onFilter={setFilter}
            onView={setView}
          />
          {query ? (
            <>
              <h2 className={styles.printed}>
                {words.ledger.range(
                  formatPlainDay(filter.from, language),
                  formatPlainDay(filter.to, language),
                )}
              </h2>
              <Report key={JSON.stringify([view, query])} view={view} query={query} />
            </>
          ) : (
            <Banner tone="warn" title={words.ledger.daysWrong} />
          )}
        </>
      )}
    </OfficePage>
  );
}

const KINDS = ["csv", "xlsx"] as const;

function Files({ query, view }: { query: LedgerQuery; view: LedgerView }) {
  const words = useWords().ledger;
  const { language } = useLanguage();
  const files = KINDS.flatMap((kind) => {
    const url = fileUrl(kind, view, query, language, TIME_ZONE);
    return url === null ? [] : [{ kind, url }];
  });
  return (
    <>
      <Button icon="printer" onClick={() => window.print()}>
        {words.print}
      </Button>
      {files.map(({ kind, url }) => (
        <a
          key={kind}
          href={url}
          download
          className={buttonClass(kind === "xlsx" ? "primary" : "secondary")}
        >
          <Icon name="download" />
          <span>{words.download[kind]}</span>
        </a>
      ))}
    </>
  );
}

interface ReportProps {
  view: LedgerView;
  query: LedgerQuery;
}

function Report({ view, query }: ReportProps) {
  switch (view) {
    case "lessons":
      return <LedgerTable query={query} />;
    case "charts":
      return <LedgerCharts query={query} />;
    case "pupils":
      return <PupilsTable query={query} />;
    default:
      return <TotalsTable query={query} by={view} />;
  }
}
