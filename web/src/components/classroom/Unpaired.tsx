import { useCallback, useEffect, useState } from "react";
import { ApiError } from "../../api/client";
import { getSite } from "../../api/endpoints";
import { codeOf, enterWithCode } from "../../classroom/enter";
import { useLoaded } from "../../hooks/useLoaded";
import { errorWords, useWords } from "../../i18n";
import page from "../../pages/Narrow.module.css";
import { Banner } from "../Banner";
import { Card } from "../Card";
import formStyles from "../office/Form.module.css";
import { InsecureBanner } from "../office/InsecureBanner";
import { PairingForm } from "../office/PairingForm";
import { Spinner } from "../Spinner";
import { TopBar } from "../TopBar";

interface UnpairedProps {
  /** It was a classroom's PC until somebody took it off the list. */
  isRemoved: boolean;
  onPaired: () => void;
}

/** This browser belongs to no classroom: how to change that. A code behind `#` (from the set-up) is tried first. */
export function Unpaired({ isRemoved, onPaired }: UnpairedProps) {
  const words = useWords();
  const [site] = useLoaded(getSite);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [code] = useState(takeCode);
  const [isBusy, setIsBusy] = useState(code !== "");

  const redeem = useCallback(async () => {
    if (code === "") return;
    try {
      await enterWithCode(code);
      onPaired();
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.code : "failed");
      setIsBusy(false);
    }
  }, [code, onPaired]);
  useEffect(() => void redeem(), [redeem]);

  return (
    <>
      <TopBar isHomeLink={false} guide="classroom" />
      <main className={page.page}>
        <Card className={formStyles.form}>
          <h1>{isRemoved ? words.classroomPc.removedTitle : words.classroomPc.pairTitle}</h1>
          <p>{isRemoved ? words.classroomPc.removedHint : words.classroomPc.pairHint}</p>
          {site.state === "ready" && <InsecureBanner site={site.value} />}
          {refusal && <Banner tone="warn" title={errorWords(words, refusal)} />}
          {isBusy ? (
            <Spinner label={words.pairing.connecting} />
          ) : (
            <PairingForm onPaired={onPaired} />
          )}
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
