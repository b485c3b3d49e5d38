import { useCallback } from "react";
import { Banner } from "../components/Banner";
import { Card } from "../components/Card";
import {
  ConsoleCodeForm,
  codeRefusal,
  enterWithConsoleCode,
} from "../components/console/ConsoleCodeForm";
import formStyles from "../components/office/Form.module.css";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useLoaded } from "../hooks/useLoaded";
import { useTitle } from "../hooks/useTitle";
import { useWords } from "../i18n";
import page from "./Narrow.module.css";

/** `/p` asks for the digits on the classroom's screen, `/p/12345678` (its QR picture) brings them along. */
export default function ConsoleDoor({ params }: { params: Record<string, string> }) {
  const { console: words } = useWords();
  useTitle(words.title);
  return (
    <>
      <TopBar />
      <main className={page.page}>
        <Card className={formStyles.form}>
          <h1>{words.title}</h1>
          {params.code ? <ByPicture code={params.code} /> : <ConsoleCodeForm />}
        </Card>
      </main>
    </>
  );
}

function ByPicture({ code }: { code: string }) {
  const words = useWords();
  const redeem = useCallback(() => enterWithConsoleCode(code), [code]);
  const [entering] = useLoaded(redeem);
  if (entering.state !== "failed") return <Spinner label={words.lesson.connecting} />;
  return (
    <>
      <Banner tone="warn" title={codeRefusal(words, entering.error.code)} />
      <ConsoleCodeForm />
    </>
  );
}
