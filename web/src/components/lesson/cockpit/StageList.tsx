import { useWords } from "../../../i18n";
import { useRoom } from "../../../lesson/context";
import { stageOf } from "../../../room/selectors";
import { Badge } from "../../Badge";
import { Card } from "../../Card";
import styles from "./Aside.module.css";

/** Who is on stage now, besides the lead. */
export function StageList() {
  const words = useWords();
  const room = useRoom();
  const stage = stageOf(room);
  return (
    <Card className={styles.card} aria-labelledby="stage">
      <h2 id="stage">{words.lead.stage}</h2>
      {room.view.is_floor_open && <Badge tone="stage">{words.lead.floorIsOpen}</Badge>}
      {room.view.is_sing_along && <p>{words.cockpit.singAlongHint}</p>}
      {stage.length === 0 && <p className={styles.none}>{words.lead.onlyYou}</p>}
      <ul className={styles.list}>
        {stage.map((place) => (
          <li key={place.participant_id}>
            <span className={styles.who}>
              <strong>{place.name}</strong>
              <small>{place.school}</small>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
