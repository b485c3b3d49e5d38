import { useState } from "react";
import { accessLogFile } from "../api/protection";
import type { AccessAction, AccessQuery } from "../api/types";
import { buttonClass } from "../components/Button";
import { OfficePage } from "../components/office/OfficePage";
import { AccessList } from "../components/protection/AccessList";
import { LogSearch } from "../components/staff/LogSearch";
import { useLanguage, useWords } from "../i18n";

/** Who looked at lessons, recordings and rolls, for the admins of those who were looked at. */
export default function AccessLog() {
  const words = useWords();
  const { language } = useLanguage();
  const [query, setQuery] = useState<AccessQuery>({});
  return (
    <OfficePage
      title={words.accessLog.title}
      actions={
        <a href={accessLogFile(query, language)} download className={buttonClass()}>
          {words.accessLog.download}
        </a>
      }
    >
      <LogSearch<AccessAction> actions={words.accessLog.actions} onSearch={setQuery} />
      <AccessList key={JSON.stringify(query)} query={query} />
    </OfficePage>
  );
}
