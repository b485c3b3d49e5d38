import { downloadSetup } from "../../api/pcs";
import type { SetupSystem } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { Button } from "../Button";
import styles from "./SetupFiles.module.css";

const FILES: readonly [SetupSystem, string, string][] = [
  ["windows", "Windows", "tongtang-classroom.cmd"],
  ["linux", "Linux", "tongtang-classroom.sh"],
];

/** The file that a school runs on its PC once, with this server's address and the code in it. */
export function SetupFiles({ code }: { code: string | null }) {
  const words = useWords();
  const [run, isBusy] = useAction();
  const save = (system: SetupSystem, name: string) =>
    run(async () => {
      if (code !== null) saveAs(name, await downloadSetup(system, code));
    });
  return (
    <div className={styles.files}>
      {FILES.map(([system, label, name]) => (
        <Button
          key={system}
          icon="download"
          disabled={code === null || isBusy}
          onClick={() => save(system, name)}
        >
          {words.setup.download(label)}
        </Button>
      ))}
    </div>
  );
}

function saveAs(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
