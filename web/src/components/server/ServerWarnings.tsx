import type { ReactNode } from "react";
import type { ServerWarning } from "../../api/types";
import { useLanguage, useWords } from "../../i18n";
import { Banner } from "../Banner";
import { warningWords } from "./warningWords";

/** One banner each: what, when, and what to do. */
export function ServerWarnings({
  warnings,
  action,
}: {
  warnings: ServerWarning[];
  action?: ReactNode;
}) {
  const { server } = useWords();
  const { language } = useLanguage();
  return warnings.map((one) => (
    <Banner
      key={`${one.code} ${one.name}`}
      tone={one.is_urgent ? "warn" : "info"}
      title={warningWords(server, one, language, Date.now())}
      action={action}
    >
      {server.fixes[one.code]}
    </Banner>
  ));
}
