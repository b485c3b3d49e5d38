import { useEffect, useState } from "react";
import { HOME_PATH } from "../../classroom/enter";
import { useNow } from "../../hooks/useNow";
import { useWords } from "../../i18n";
import { Button } from "../Button";

const goHome = () => window.location.assign(HOME_PATH);

/** Nobody stands at a classroom's own PC: it goes on by itself after `afterS`, with the page loaded anew. */
export function GoHome({ afterS }: { afterS: number }) {
  const words = useWords();
  const now = useNow(0);
  const [sinceMs] = useState(now);
  const leftS = Math.max(0, Math.ceil(afterS - (now - sinceMs) / 1000));

  useEffect(() => {
    const timer = setTimeout(goHome, afterS * 1000);
    return () => clearTimeout(timer);
  }, [afterS]);

  return (
    <>
      <p role="timer">{words.classroomPc.goesHomeIn(leftS)}</p>
      <Button variant="primary" size="large" onClick={goHome}>
        {words.classroomPc.toHome}
      </Button>
    </>
  );
}
