import { usePlace, useRoom } from "../../lesson/context";
import { RollCall } from "../rollcall/RollCall";
import styles from "./RollCallPanel.module.css";

/** The register of the pupils behind this screen, ticked in the hand. */
export function RollCallPanel() {
  const { ticket } = usePlace();
  const { view, you } = useRoom();
  return (
    <div className={styles.panel}>
      <RollCall access={{ lessonId: view.lesson_id, seatId: you, ticket: ticket.token }} />
    </div>
  );
}
