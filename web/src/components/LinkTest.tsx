import { useState } from "react";
import { ApiError } from "../api/client";
import { errorWords, useWords } from "../i18n";
import { type LinkTestResult, testLink } from "../media/linkTest";
import { gradeOf } from "../media/linkVerdict";
import { Banner } from "./Banner";
import { Button } from "./Button";

type Progress =
  | { kind: "idle" }
  | { kind: "running" }
  | { kind: "done"; result: LinkTestResult }
  | { kind: "failed"; code: string };

/** Try the network before the lesson, and say in words what a firewall blocks and how good the link is. */
export function LinkTest({ token }: { token: string }) {
  const words = useWords();
  const [progress, setProgress] = useState<Progress>({ kind: "idle" });

  function start() {
    setProgress({ kind: "running" });
    testLink(token)
      .then((result) => setProgress({ kind: "done", result }))
      .catch((error: unknown) =>
        setProgress({ kind: "failed", code: error instanceof ApiError ? error.code : "failed" }),
      );
  }

  return (
    <section aria-label={words.linkTest.start}>
      <Button onClick={start} disabled={progress.kind === "running"}>
        {progress.kind === "running" ? words.linkTest.running : words.linkTest.start}
      </Button>
      {progress.kind === "failed" && (
        <Banner tone="warn" title={errorWords(words, progress.code)} />
      )}
      {progress.kind === "done" && <Verdict result={progress.result} />}
    </section>
  );
}

function Verdict({ result }: { result: LinkTestResult }) {
  const words = useWords();
  const { path } = result;
  if (path === "none") return <Banner tone="live" title={words.linkTest.path.none} />;
  const grade = gradeOf(result);
  const isFine = path === "udp" && grade === "good";
  return (
    <Banner tone={isFine ? "ok" : "warn"} title={words.linkTest.path[path]}>
      {words.linkTest.grade[grade]} {words.linkTest.figures(result)}
    </Banner>
  );
}
