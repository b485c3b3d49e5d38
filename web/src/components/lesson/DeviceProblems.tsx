import { useCallback } from "react";
import { getSite } from "../../api/server";
import { useLoaded } from "../../hooks/useLoaded";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { secureReturnPath } from "../../lesson/ticketFor";
import { sharedCapture } from "../../media/capture";
import type { CaptureProblem } from "../../media/captureProblem";
import { Banner } from "../Banner";
import { Button } from "../Button";
import styles from "./DeviceProblems.module.css";
import { PermissionPicture } from "./PermissionPicture";

type Source = "camera" | "microphone" | "document";

/** Why camera or microphone are not there, and the one thing to do about it. The same reason is said once. */
export function DeviceProblems({ onDismiss }: { onDismiss?: () => void }) {
  const { camera, microphone, document } = useStore(sharedCapture().state);
  const byProblem = new Map<CaptureProblem, Source[]>();
  for (const [source, status] of [
    ["camera", camera],
    ["microphone", microphone],
    ["document", document],
  ] as const) {
    if (status.kind !== "problem") continue;
    byProblem.set(status.problem, [...(byProblem.get(status.problem) ?? []), source]);
  }
  return [...byProblem].map(([problem, sources]) => (
    <DeviceProblem key={problem} problem={problem} sources={sources} onDismiss={onDismiss} />
  ));
}

interface DeviceProblemProps {
  problem: CaptureProblem;
  sources: readonly Source[];
  onDismiss: (() => void) | undefined;
}

function DeviceProblem({ problem, sources, onDismiss }: DeviceProblemProps) {
  const words = useWords();
  const { title, hint } = words.media.problems[problem];
  const what = sources.map((source) => words.media[source]).join(words.media.and);
  async function retry() {
    const capture = sharedCapture();
    for (const source of sources) {
      await (source === "document" ? capture.showDocument() : capture.switchOn(source));
    }
  }
  return (
    <Banner
      tone="warn"
      title={problem === "insecure" ? title : words.media.problemOf(what, title)}
      action={
        <div className={styles.actions}>
          {problem !== "insecure" && (
            <Button size="small" onClick={() => void retry()}>
              {words.media.retry}
            </Button>
          )}
          {onDismiss && (
            <Button size="small" variant="quiet" onClick={onDismiss}>
              {words.common.close}
            </Button>
          )}
        </div>
      }
    >
      <p>{hint}</p>
      {problem === "insecure" && <SecureAddress />}
      {problem === "denied" && <PermissionPicture />}
    </Banner>
  );
}

function SecureAddress() {
  const words = useWords();
  const [site] = useLoaded(useCallback(() => getSite(), []));
  if (site.state !== "ready") return null;
  if (!site.value.https_url) return <p>{words.media.problems.insecure.noAddress}</p>;
  const address = new URL(secureReturnPath(), site.value.https_url).href;
  return (
    <>
      <p>{words.media.problems.insecure.openInstead}</p>
      <a className={styles.address} href={address}>
        {address}
      </a>
      {site.value.has_authority && (
        <p>
          <a href="/tongtang-ca.crt" download>
            {words.home.authority}
          </a>
        </p>
      )}
    </>
  );
}
