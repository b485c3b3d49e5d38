import { useCallback } from "react";
import { listLedgerSteps } from "../../api/attendance";
import type { LedgerQuery, LedgerStep } from "../../api/types";
import { useLoaded } from "../../hooks/useLoaded";
import { useLanguage, useWords } from "../../i18n";
import { type StepWords, seriesOf, stepOf, stepWords } from "../../ledger/steps";
import { TIME_ZONE } from "../../zone";
import { StackedColumns } from "../chart/StackedColumns";
import { EmptyState } from "../EmptyState";
import { LoadFailed } from "../office/OfficePage";
import { Spinner } from "../Spinner";

/** The ledger over time: lessons, minutes with the causes, classrooms and pupils who were there. */
export function LedgerCharts({ query }: { query: LedgerQuery }) {
  const words = useWords();
  const { language } = useLanguage();
  const step = stepOf(query);
  const load = useCallback(() => listLedgerSteps(query, step, TIME_ZONE), [query, step]);
  const [loaded, reload] = useLoaded(load);
  if (loaded.state === "loading") return <Spinner label={words.common.loading} />;
  if (loaded.state === "failed") return <LoadFailed error={loaded.error} onRetry={reload} />;
  const { steps } = loaded.value;
  if (steps.every((one) => one.planned_s === 0)) {
    return (
      <EmptyState icon="chart" title={words.ledger.emptyTitle}>
        {words.ledger.emptyHint}
      </EmptyState>
    );
  }
  const labels = steps.map((one) =>
    stepWords(one.starts_at, step, { language, zone: TIME_ZONE, words }),
  );
  return <Charts steps={steps} labels={labels} />;
}

interface ChartsProps {
  steps: readonly LedgerStep[];
  labels: readonly StepWords[];
}

function Charts({ steps, labels }: ChartsProps) {
  const words = useWords();
  const { lessons, minutes, classrooms, pupils } = seriesOf(steps, words);
  return (
    <>
      <StackedColumns
        title={words.charts.lessons}
        unit={words.charts.unit.lessons}
        steps={labels}
        series={lessons}
      />
      <StackedColumns
        title={words.charts.minutes}
        unit={words.charts.unit.minutes}
        steps={labels}
        series={minutes}
      />
      <StackedColumns
        title={words.charts.classrooms}
        unit={words.charts.unit.classrooms}
        steps={labels}
        series={classrooms}
      />
      {pupils.some((one) => one.values.some((value) => value > 0)) && (
        <StackedColumns
          title={words.charts.pupils}
          unit={words.charts.unit.pupils}
          steps={labels}
          series={pupils}
        />
      )}
    </>
  );
}
