import type { Cause, LedgerQuery, LedgerStep, StepName } from "../api/types";
import type { Series } from "../chart/stack";
import type { Dictionary } from "../i18n";

const DAY_MS = 86_400_000;

/** How fine a chart of this range is: hours of a day, days of a week or a month, weeks of a term. */
export function stepOf({ from, to }: Pick<LedgerQuery, "from" | "to">): StepName {
  // Rounded, for a day on which the clocks change has 23 or 25 hours.
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
  if (days <= 1) return "hour";
  return days <= 35 ? "day" : "week";
}

/** What a step is called: short below its column, whole in the table. */
export interface StepWords {
  short: string;
  whole: string;
}

interface Reader {
  language: string;
  zone: string;
  words: Dictionary;
}

export function stepWords(iso: string, step: StepName, reader: Reader): StepWords {
  const said = (parts: Intl.DateTimeFormatOptions) =>
    new Date(iso).toLocaleString(reader.language, { ...parts, timeZone: reader.zone });
  const day = said({ month: "numeric", day: "numeric" });
  switch (step) {
    case "hour": {
      const clock = said({ hour: "2-digit", minute: "2-digit", hour12: false });
      return { short: clock, whole: clock };
    }
    case "day":
      return { short: day, whole: `${day} ${said({ weekday: "short" })}` };
    case "week":
      return { short: day, whole: reader.words.charts.week(day) };
  }
}

/** The numbers of each chart. Causes without a minute are left out. */
export function seriesOf(steps: readonly LedgerStep[], words: Dictionary) {
  const each = (key: string, name: string, value: (step: LedgerStep) => number): Series => ({
    key,
    name,
    values: steps.map(value),
  });
  const { charts, ledger } = words;
  const causes = Object.keys(steps[0]?.missed ?? {}) as Cause[];
  const minutes = (seconds: number) => seconds / 60;
  return {
    lessons: [
      each("held", ledger.outcomes.held, (one) => one.lessons.held),
      each("cancelled", ledger.outcomes.cancelled, (one) => one.lessons.cancelled),
      each("not_held", ledger.outcomes.not_held, (one) => one.lessons.not_held),
    ],
    minutes: [
      each("delivered", charts.delivered, (one) => minutes(one.delivered_s)),
      ...causes
        .filter((cause) => steps.some((one) => one.missed[cause] > 0))
        .map((cause) => each(cause, ledger.causes[cause], (one) => minutes(one.missed[cause]))),
    ],
    classrooms: [
      each("on_time", charts.onTime, (one) => one.classrooms.on_time),
      each("late", charts.late, (one) => one.classrooms.late),
      each("absent", charts.absent, (one) => one.classrooms.absent),
      each("excused", charts.excused, (one) => one.classrooms.excused),
    ],
    pupils: [
      each("present", charts.present, (one) => one.pupils.present),
      each("absent", charts.pupilAbsent, (one) => one.pupils.absent),
      each("excused", charts.excused, (one) => one.pupils.excused),
    ],
  };
}
