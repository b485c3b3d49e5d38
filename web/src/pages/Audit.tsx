import { useState } from "react";
import type { AuditAction, AuditQuery } from "../api/types";
import { OfficePage } from "../components/office/OfficePage";
import { AuditList } from "../components/staff/AuditList";
import { LogSearch } from "../components/staff/LogSearch";
import { useWords } from "../i18n";

/** What admins changed: all of the county for its admins, what concerns a school for the school's. */
export default function Audit() {
  const words = useWords().audit;
  const [query, setQuery] = useState<AuditQuery>({});
  return (
    <OfficePage title={words.title}>
      <LogSearch<AuditAction> actions={words.actions} onSearch={setQuery} />
      <AuditList key={JSON.stringify(query)} query={query} />
    </OfficePage>
  );
}
