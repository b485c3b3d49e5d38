import type { WallPlace } from "../../api/types";
import { useWords } from "../../i18n";
import { classes } from "../classes";
import { SignalBars } from "../SignalBars";
import styles from "./WallTile.module.css";

/** Who it is, whether they are in, and how their link does. */
export function WallPlaceRow({ place }: { place: WallPlace }) {
  const words = useWords();
  return (
    <li className={styles.place}>
      <span className={classes(styles.dot, styles[place.presence])} aria-hidden />
      <span className={styles.who}>
        {place.role === "classroom" ? place.name : `${words.roles[place.role]} ${place.name}`}
        <span className={styles.office}>{place.office}</span>
      </span>
      <span className={styles.state}>
        <State place={place} />
      </span>
    </li>
  );
}

function State({ place }: { place: WallPlace }) {
  const words = useWords();
  if (place.presence === "cut") return words.lesson.cut;
  if (place.presence === "absent") return place.since ? words.wall.gone : words.wall.never;
  if (place.quality === null) {
    return place.is_on_stage ? words.lesson.onStage : words.lesson.present;
  }
  return (
    <>
      <SignalBars quality={place.quality} />
      {words.lesson.quality[place.quality]}
      {place.is_on_stage && ` · ${words.lesson.onStage}`}
    </>
  );
}
