import { useCallback, useState } from "react";
import { codeOf, enterWithCode } from "../classroom/enter";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import formStyles from "../components/office/Form.module.css";
import { PairingForm } from "../components/office/PairingForm";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useLoaded } from "../hooks/useLoaded";
import { errorWords, useWords } from "../i18n";
import page from "./Narrow.module.css";

/** `/c` asks for the code, `/c/12345678` brings it along; that of a card comes behind `#` and waits for a press. */
export default function Pairing({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const [isAsked, setIsAsked] = useState(false);
  const fromCard = codeOf(window.location.hash);
  const code = params.code ?? (isAsked ? fromCard : "");
  return (
    <>
      <TopBar />
      <main className={page.page}>
        <Card className={formStyles.form}>
          <h1>{words.pairing.title}</h1>
          {code ? (
            <ByLink code={code} />
          ) : fromCard ? (
            <IsThisThePc onYes={() => setIsAsked(true)} />
          ) : (
            <PairingForm />
          )}
        </Card>
      </main>
    </>
  );
}

/** The code on a card counts once, and a phone that merely looked at it must not use it up. */
function IsThisThePc({ onYes }: { onYes: () => void }) {
  const words = useWords();
  return (
    <>
      <p>{words.pairing.askPc}</p>
      <Button variant="primary" size="large" isWide onClick={onYes}>
        {words.pairing.thisIsThePc}
      </Button>
      <p>{words.pairing.onPhone(`${window.location.origin}/c`)}</p>
    </>
  );
}

function ByLink({ code }: { code: string }) {
  const words = useWords();
  const redeem = useCallback(() => enterWithCode(code), [code]);
  const [entering] = useLoaded(redeem);
  if (entering.state !== "failed") return <Spinner label={words.pairing.connecting} />;
  return (
    <>
      <Banner tone="warn" title={errorWords(words, entering.error.code)} />
      <PairingForm />
    </>
  );
}
