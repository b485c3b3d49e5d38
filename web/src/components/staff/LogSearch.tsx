import { useWords } from "../../i18n";
import { Select } from "../Select";
import { momentsOf, NOTHING, type SearchDraft } from "../search/draft";
import { SearchForm } from "../search/SearchForm";

/** What a log is narrowed down to, as its endpoint takes it. */
export interface LogQuery<Action extends string> {
  by?: string;
  action?: Action;
  from?: string;
  to?: string;
}

interface LogDraft<Action extends string> extends SearchDraft {
  action: Action | "";
}

interface LogSearchProps<Action extends string> {
  /** Every action with its words. */
  actions: Readonly<Record<Action, string>>;
  onSearch: (query: LogQuery<Action>) => void;
}

function queryOf<Action extends string>(draft: LogDraft<Action>): LogQuery<Action> {
  const { text, action } = draft;
  return { ...(text && { by: text }), ...(action && { action }), ...momentsOf(draft) };
}

/** Narrow a log down by who, what and when. */
export function LogSearch<Action extends string>({ actions, onSearch }: LogSearchProps<Action>) {
  const words = useWords().audit;
  const nothing: LogDraft<Action> = { ...NOTHING, action: "" };
  const options = Object.entries<string>(actions).map(([value, label]) => ({ value, label }));
  return (
    <SearchForm
      nothing={nothing}
      textLabel={words.byName}
      onSearch={(draft) => onSearch(queryOf(draft))}
    >
      {(draft, change) => (
        <Select
          label={words.what}
          value={draft.action}
          options={[{ value: "", label: words.anything }, ...options]}
          onChange={(action) => change({ action: action as Action | "" })}
        />
      )}
    </SearchForm>
  );
}
