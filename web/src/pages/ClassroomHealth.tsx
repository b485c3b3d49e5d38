import { type FormEvent, useCallback, useState } from "react";
import { listClassroomHealth } from "../api/pcs";
import type { Care, ClassroomHealthPage, HealthQuery } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { Field } from "../components/Field";
import { CareFilter } from "../components/health/CareFilter";
import { HealthTable } from "../components/health/HealthTable";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Select } from "../components/Select";
import { Spinner } from "../components/Spinner";
import staffStyles from "../components/staff/Staff.module.css";
import { usePages } from "../hooks/usePages";
import { useWords } from "../i18n";

type Order = NonNullable<HealthQuery["order"]>;
const ORDERS: readonly Order[] = ["care", "name"];

/** How each classroom is, those that need somebody first, each with what to do. */
export default function ClassroomHealth() {
  const words = useWords().health;
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  const [order, setOrder] = useState<Order>("care");
  const [care, setCare] = useState<Care | null>(null);
  const [counted, setCounted] = useState<ClassroomHealthPage | null>(null);

  function search(event: FormEvent) {
    event.preventDefault();
    setText(typed.trim());
  }

  return (
    <OfficePage title={words.title} isWide>
      <p>{words.hint}</p>
      <form className={staffStyles.search} aria-label={words.find} onSubmit={search}>
        <Field
          label={words.search}
          type="search"
          value={typed}
          maxLength={100}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit">{words.find}</Button>
        <Select
          label={words.order}
          value={order}
          options={ORDERS.map((value) => ({ value, label: words.orders[value] }))}
          onChange={(value) => setOrder(value as Order)}
        />
      </form>
      {counted && <CareFilter page={counted} care={care} onCare={setCare} />}
      <Classrooms
        key={JSON.stringify([text, order, care])}
        text={text}
        order={order}
        care={care}
        onCounted={setCounted}
      />
    </OfficePage>
  );
}

interface ClassroomsProps {
  text: string;
  order: Order;
  care: Care | null;
  onCounted: (page: ClassroomHealthPage) => void;
}

function Classrooms({ text, order, care, onCounted }: ClassroomsProps) {
  const words = useWords();
  const load = useCallback(
    async (after?: string) => {
      const page = await listClassroomHealth({ text, order, ...(care && { care }) }, after);
      if (page.cares) onCounted(page);
      return page;
    },
    [text, order, care, onCounted],
  );
  const { first, items, more, isBusy, reload } = usePages(load);
  if (first.state === "loading") return <Spinner label={words.common.loading} />;
  if (first.state === "failed") return <LoadFailed error={first.error} onRetry={reload} />;
  return (
    <>
      {items.length === 0 ? (
        <Nothing isSearch={text !== "" || care !== null} />
      ) : (
        <HealthTable classrooms={items} />
      )}
      {more && (
        <div>
          <Button isBusy={isBusy} onClick={more}>
            {words.health.more}
          </Button>
        </div>
      )}
    </>
  );
}

function Nothing({ isSearch }: { isSearch: boolean }) {
  const words = useWords().health;
  return (
    <EmptyState icon="screen" title={isSearch ? words.emptyTitle : words.noneTitle}>
      {isSearch ? words.emptyHint : words.noneHint}
    </EmptyState>
  );
}
