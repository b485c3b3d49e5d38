import { useAction } from "../../hooks/useAction";
import { useWords } from "../../i18n";
import { useRoom, useSession } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Button } from "../Button";

/** For a classroom whose data costs money: small pictures from now on, its own one too. The lead is told. */
export function DataSavingSwitch() {
  const { classroom } = useWords();
  const session = useSession();
  const isOn = ownPlace(useRoom())?.saves_data ?? false;
  const [run, isBusy] = useAction();
  return (
    <Button
      icon={isOn ? "check" : "chart"}
      aria-pressed={isOn}
      title={classroom.saveDataHint}
      disabled={isBusy}
      onClick={() => run(() => session.request({ type: "data_saving.switch", is_on: !isOn }))}
    >
      {isOn ? classroom.savingData : classroom.saveData}
    </Button>
  );
}
