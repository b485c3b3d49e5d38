import { useState } from "react";
import type { NamedSchool, Teacher, Term } from "../../api/types";
import { useWords } from "../../i18n";
import { type LedgerFilter, type UsualDays, usualDays } from "../../ledger/filter";
import { LEDGER_VIEWS, type LedgerView } from "../../ledger/views";
import { TIME_ZONE } from "../../zone";
import { Button } from "../Button";
import { Field } from "../Field";
import { PersonSelect } from "../office/PersonSelect";
import { findTeachers } from "../office/people";
import { Select } from "../Select";
import { ClassroomSelect } from "./ClassroomSelect";
import styles from "./Ledger.module.css";

interface LedgerFiltersProps {
  choices: {
    schools: readonly NamedSchool[];
    teachers: readonly Teacher[];
    terms: readonly Term[];
    /** A school's admin has no schools to choose from. */
    isOfCounty: boolean;
  };
  filter: LedgerFilter;
  view: LedgerView;
  onFilter: (filter: LedgerFilter) => void;
  onView: (view: LedgerView) => void;
}

/** What the report is about, and how it is read. It changes with every choice; a typed subject counts on Enter or on leaving the field. */
export function LedgerFilters({ choices, filter, view, onFilter, onView }: LedgerFiltersProps) {
  const words = useWords().ledger;
  const set = (change: Partial<LedgerFilter>) => onFilter({ ...filter, ...change });
  const { schoolId } = filter;
  const term = choices.terms.find(
    (one) => one.first_day === filter.from && one.last_day === filter.to,
  );
  const [subject, setSubject] = useState(filter.subject);
  const takeSubject = () => set({ subject: subject.trim() });
  const listedSchool = choices.isOfCounty ? schoolId : (choices.schools[0]?.school_id ?? "");
  return (
    <form
      className={styles.filters}
      aria-label={words.about}
      onSubmit={(event) => {
        event.preventDefault();
        takeSubject();
      }}
    >
      <UsualRanges filter={filter} choices={choices} onDays={set} />
      <Select
        label={words.view}
        value={view}
        options={LEDGER_VIEWS.map((value) => ({ value, label: words.views[value] }))}
        onChange={(value) => onView(value as LedgerView)}
      />
      {choices.terms.length > 0 && (
        <Select
          label={words.term}
          value={term?.term_id ?? ""}
          options={withAll(words.ownDays, choices.terms, (one) => [one.term_id, one.name])}
          onChange={(value) => {
            const chosen = choices.terms.find((one) => one.term_id === value);
            if (chosen) set({ from: chosen.first_day, to: chosen.last_day });
          }}
        />
      )}
      <Field
        label={words.from}
        type="date"
        required
        value={filter.from}
        max={filter.to}
        onChange={(event) => set({ from: event.target.value })}
      />
      <Field
        label={words.to}
        type="date"
        required
        value={filter.to}
        min={filter.from}
        onChange={(event) => set({ to: event.target.value })}
      />
      {choices.isOfCounty && (
        <Select
          label={words.school}
          value={schoolId}
          options={withAll(words.all, choices.schools, (one) => [one.school_id, one.name])}
          onChange={(value) => set({ schoolId: value, classroomId: "" })}
        />
      )}
      <ClassroomSelect
        key={listedSchool}
        schoolId={listedSchool}
        value={filter.classroomId}
        onChange={(classroomId) => set({ classroomId })}
      />
      <PersonSelect
        label={words.teacher}
        people={choices.teachers}
        find={findTeachers}
        value={filter.teacherId}
        onChange={(teacherId) => set({ teacherId })}
        nobody={words.all}
      />
      <Field
        label={words.subject}
        hint={words.subjectHint}
        value={subject}
        maxLength={120}
        onChange={(event) => setSubject(event.target.value)}
        onBlur={takeSubject}
      />
    </form>
  );
}

const USUAL: readonly UsualDays[] = ["today", "week", "term"];

interface UsualRangesProps {
  filter: LedgerFilter;
  choices: Pick<LedgerFiltersProps["choices"], "terms">;
  onDays: (days: Pick<LedgerFilter, "from" | "to">) => void;
}

function UsualRanges({ filter, choices, onDays }: UsualRangesProps) {
  const words = useWords().ledger;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons everywhere.
    <div className={styles.usual} role="group" aria-label={words.quick}>
      {USUAL.map((which) => {
        const days = usualDays(which, new Date(), TIME_ZONE, choices.terms);
        if (days === null) return null;
        const isChosen = days.from === filter.from && days.to === filter.to;
        return (
          <Button
            key={which}
            variant={isChosen ? "primary" : "secondary"}
            aria-pressed={isChosen}
            onClick={() => onDays(days)}
          >
            {words.days[which]}
          </Button>
        );
      })}
    </div>
  );
}

function withAll<Item>(
  all: string,
  items: readonly Item[],
  option: (item: Item) => [value: string, label: string],
) {
  const options = items.map((item) => {
    const [value, label] = option(item);
    return { value, label };
  });
  return [{ value: "", label: all }, ...options];
}
