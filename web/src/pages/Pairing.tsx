import { useState } from "react";
import { codeOf } from "../classroom/enter";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { PairThisPc } from "../components/classroom/PairThisPc";
import formStyles from "../components/office/Form.module.css";
import { TopBar } from "../components/TopBar";
import { useWords } from "../i18n";
import page from "./Narrow.module.css";

/** `/c` asks for the code, `/c/12345678` brings it along; that of a card comes behind `#` and waits for a press. */
export default function Pairing({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const [isAsked, setIsAsked] = useState(false);
  const fromCard = codeOf(window.location.hash);
  return (
    <>
      <TopBar />
      <main className={page.page}>
        <Card className={formStyles.form}>
          <h1>{words.pairing.title}</h1>
          {fromCard && !isAsked ? (
            <IsThisThePc onYes={() => setIsAsked(true)} />
          ) : (
            <PairThisPc code={params.code ?? fromCard} />
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
