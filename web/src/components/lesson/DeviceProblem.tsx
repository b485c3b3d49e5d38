import { useCallback } from "react";
import { getSite } from "../../api/endpoints";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import type { CaptureProblem } from "../../media/captureProblem";
import { Banner } from "../Banner";
import { Button } from "../Button";
import styles from "./DeviceProblem.module.css";
import { PermissionPicture } from "./PermissionPicture";

interface DeviceProblemProps {
  source: "camera" | "microphone";
  problem: CaptureProblem;
  onRetry: () => void;
}

/** Why a camera or microphone is not there, and the one thing to do about it. */
export function DeviceProblem({ source, problem, onRetry }: DeviceProblemProps) {
  const words = useWords();
  const { title, hint } = words.media.problems[problem];
  const isRetryUseful = problem !== "insecure";
  return (
    <Banner
      tone="warn"
      title={problem === "insecure" ? title : `${words.media[source]}：${title}`}
      action={
        isRetryUseful && (
          <Button size="small" onClick={onRetry}>
            {words.media.retry}
          </Button>
        )
      }
    >
      <p>{hint}</p>
      {problem === "insecure" && <SecureAddress />}
      {problem === "denied" && (
        <div className={styles.row}>
          <PermissionPicture />
        </div>
      )}
    </Banner>
  );
}

function SecureAddress() {
  const words = useWords();
  const [site] = useLoaded(useCallback(() => getSite(), []));
  if (site.state !== "ready") return null;
  if (!site.value.https_url) return <p>{words.media.problems.insecure.noAddress}</p>;
  const { pathname, search } = window.location;
  const address = new URL(pathname + search, site.value.https_url).href;
  return (
    <a className={styles.address} href={address}>
      {address}
    </a>
  );
}
