import { useState } from "react";
import { getSite } from "../../api/server";
import { codeOf } from "../../classroom/enter";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import page from "../../pages/Narrow.module.css";
import { Card } from "../Card";
import formStyles from "../office/Form.module.css";
import { InsecureBanner } from "../office/InsecureBanner";
import { TopBar } from "../TopBar";
import { PairThisPc } from "./PairThisPc";

interface UnpairedProps {
  /** It was a classroom's PC until somebody took it off the list. */
  isRemoved: boolean;
  onPaired: () => void;
}

/** This browser belongs to no classroom: how to change that. A code behind `#` (from the set-up) is tried first. */
export function Unpaired({ isRemoved, onPaired }: UnpairedProps) {
  const words = useWords();
  const [site] = useLoaded(getSite);
  const [code] = useState(takeCode);
  return (
    <>
      <TopBar isHomeLink={false} guide="classroom" />
      <main className={page.page}>
        <Card className={formStyles.form}>
          <h1>{isRemoved ? words.classroomPc.removedTitle : words.classroomPc.pairTitle}</h1>
          <p>{isRemoved ? words.classroomPc.removedHint : words.classroomPc.pairHint}</p>
          {site.state === "ready" && <InsecureBanner site={site.value} />}
          <PairThisPc code={code} onPaired={onPaired} />
        </Card>
      </main>
    </>
  );
}

/** The code behind `#`, taken out of the address so that a reload does not try it again. */
function takeCode(): string {
  const code = codeOf(window.location.hash);
  if (code) window.history.replaceState(null, "", window.location.pathname);
  return code;
}
