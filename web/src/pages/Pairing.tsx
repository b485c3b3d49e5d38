import { useCallback } from "react";
import { Banner } from "../components/Banner";
import { Card } from "../components/Card";
import formStyles from "../components/office/Form.module.css";
import { enterWithCode, PairingForm } from "../components/office/PairingForm";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useLoaded } from "../hooks/useLoaded";
import { errorWords, useWords } from "../i18n";
import page from "./Narrow.module.css";

/** `/c` asks for the code, `/c/12345678` (a link or QR picture) brings it along. */
export default function Pairing({ params }: { params: Record<string, string> }) {
  const words = useWords();
  return (
    <>
      <TopBar />
      <main className={page.page}>
        <Card className={formStyles.form}>
          <h1>{words.pairing.title}</h1>
          {params.code ? <ByLink code={params.code} /> : <PairingForm />}
        </Card>
      </main>
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
