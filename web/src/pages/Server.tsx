import type { ReactNode } from "react";
import { getServer } from "../api/server";
import type { ServerCertificate, ServerState } from "../api/types";
import { EmptyState } from "../components/EmptyState";
import { formatDay } from "../components/office/dates";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { Facts } from "../components/server/Facts";
import { ServerWarnings } from "../components/server/ServerWarnings";
import { StorageFacts } from "../components/server/StorageFacts";
import { useLoaded } from "../hooks/useLoaded";
import { type Dictionary, useLanguage, useWords } from "../i18n";
import { Link } from "../router";

/** Whether the server will go on: what has to be done, room for recordings, certificates, clocks. */
export default function Server() {
  const words = useWords();
  const { language } = useLanguage();
  const [server, reload] = useLoaded(getServer);
  return (
    <OfficePage title={words.server.title}>
      {server.state === "loading" && <Spinner label={words.common.loading} />}
      {server.state === "failed" && <LoadFailed error={server.error} onRetry={reload} />}
      {server.state === "ready" && (
        <>
          {server.value.warnings.length === 0 ? (
            <EmptyState icon="check" title={words.server.allWell}>
              {words.server.allWellHint}
            </EmptyState>
          ) : (
            <ServerWarnings warnings={server.value.warnings} />
          )}
          <StorageFacts storage={server.value.storage} />
          <Facts
            title={words.server.certificates}
            facts={certificateFacts(words.server, server.value.certificates, language)}
          />
          <Facts title={words.server.clocks} facts={clockFacts(words, server.value)} />
        </>
      )}
    </OfficePage>
  );
}

function certificateFacts(
  words: Dictionary["server"],
  certificates: ServerCertificate[],
  language: string,
): [string, string][] {
  const facts = certificates.map((one): [string, string] => [
    one.is_relay ? `${words.relay} ${one.name}` : one.name,
    one.ends_at === null
      ? `${words.unknownEnd}: ${one.detail}`
      : words.until(formatDay(one.ends_at, language)),
  ]);
  return certificates.some((one) => !one.is_relay)
    ? facts
    : [["https", words.noCertificate], ...facts];
}

function clockFacts(
  { server: words, lessons }: Dictionary,
  { clocks, warnings }: ServerState,
): [string, ReactNode][] {
  const apart = warnings.find((one) => one.code === "database_clock_apart");
  const database = apart ? words.warnings.database_clock_apart(apart.seconds) : words.agrees;
  const pcs = (
    <>
      {words.pcsApart(clocks.pcs_apart)} · <Link to="/classroom-pcs">{lessons.pcs}</Link>
    </>
  );
  return [
    [words.ownClock, keptWords(words, clocks.is_kept)],
    ...(clocks.database_ahead_ms === null
      ? []
      : [[words.databaseClock, database] satisfies [string, ReactNode]]),
    [words.pcClocks, clocks.pcs_apart === 0 ? words.pcsAgree : pcs],
  ];
}

function keptWords(words: Dictionary["server"], isKept: boolean | null): string {
  if (isKept === null) return words.notTold;
  return isKept ? words.isKept : words.isNotKept;
}
