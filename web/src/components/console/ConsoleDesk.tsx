import { useState } from "react";
import { ConsoleCall } from "./ConsoleCall";
import styles from "./ConsoleDesk.module.css";
import { PanelTabs } from "./PanelTabs";
import { PANELS } from "./panels";

/** The on-site teacher's console: buttons and text for one thumb, on a phone or under the cover of the classroom's PC. */
export default function ConsoleDesk() {
  const [chosen, setChosen] = useState(PANELS[0].id);
  const { Panel } = PANELS.find((panel) => panel.id === chosen) ?? PANELS[0];
  return (
    <div className={styles.desk}>
      <div className={styles.panel}>
        <Panel />
      </div>
      <PanelTabs chosen={chosen} onChoose={setChosen} />
      <ConsoleCall />
    </div>
  );
}
