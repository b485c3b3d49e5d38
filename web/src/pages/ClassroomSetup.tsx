import { useCallback, useState } from "react";
import { issuePcCode, listPcs } from "../api/pcs";
import type { ClassroomPcs, PcCode } from "../api/types";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { SetupFiles } from "../components/office/SetupFiles";
import { WallCard } from "../components/office/WallCard";
import { Spinner } from "../components/Spinner";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";
import styles from "./ClassroomSetup.module.css";

/** Everything to set a classroom's PC up from afar: one code, in a file to run on the PC and on a card for the wall. */
export default function ClassroomSetup({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const id = params.id ?? "";
  const load = useCallback(async () => (await listPcs({ classroom_id: id })).items[0], [id]);
  const [classroom, reload] = useLoaded(load);
  return (
    <OfficePage title={words.setup.title} back="/classroom-pcs">
      {classroom.state === "loading" && <Spinner label={words.common.loading} />}
      {classroom.state === "failed" && <LoadFailed error={classroom.error} onRetry={reload} />}
      {classroom.state === "ready" &&
        (classroom.value ? <Steps classroom={classroom.value} /> : words.errors.not_found)}
    </OfficePage>
  );
}

function Steps({ classroom }: { classroom: ClassroomPcs }) {
  const words = useWords();
  const [code, setCode] = useState<PcCode | null>(null);
  const [run, isBusy] = useAction();
  const make = () => run(async () => setCode(await issuePcCode(classroom.classroom_id, "card")));
  return (
    <>
      <ol className={styles.steps}>
        <li>
          <Card className={styles.step}>
            <h2>{words.setup.codeTitle}</h2>
            <p>{words.setup.codeHint}</p>
            <Button variant={code ? "secondary" : "primary"} isBusy={isBusy} onClick={make}>
              {code ? words.setup.codeAgain : words.setup.codeMake}
            </Button>
          </Card>
        </li>
        <li>
          <Card className={styles.step}>
            <h2>{words.setup.fileTitle}</h2>
            <p>{words.setup.fileHint}</p>
            <SetupFiles code={code?.code ?? null} />
          </Card>
        </li>
        <li>
          <Card className={styles.step}>
            <h2>{words.setup.cardTitle}</h2>
            <p>{words.setup.cardHint}</p>
            <Button icon="printer" disabled={!code} onClick={() => window.print()}>
              {words.setup.print}
            </Button>
          </Card>
        </li>
      </ol>
      {code && <WallCard classroom={classroom} code={code} />}
    </>
  );
}
