import type { ReactNode } from "react";
import { useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { leadOf, ownPlace, sharerOf, stageOf } from "../../room/selectors";
import { EmptyState } from "../EmptyState";
import { SlideView } from "../slides/SlideView";
import { OwnTile } from "./OwnTile";
import { ParticipantTile } from "./ParticipantTile";
import styles from "./Stage.module.css";

/**
 * What every classroom sees: the shared screen, the slides or the lead large, and beside it who else is on stage. A
 * shared screen covers the slides; they are there again when it ends.
 */
export function Stage() {
  const words = useWords();
  const room = useRoom();
  const lead = leadOf(room);
  const sharer = sharerOf(room);
  const you = ownPlace(room);
  const beside: ReactNode[] = [];

  const slides = sharer ? null : room.view.slides;
  if ((sharer || slides) && lead) {
    beside.push(<ParticipantTile key={lead.participant_id} place={lead} />);
  }
  for (const place of stageOf(room)) {
    const isOwn = place.participant_id === you?.participant_id;
    beside.push(
      isOwn ? (
        <OwnTile key={place.participant_id} name={place.name} />
      ) : (
        <ParticipantTile key={place.participant_id} place={place} />
      ),
    );
  }

  return (
    <section
      className={styles.stage}
      aria-label={words.lead.stage}
      data-beside={beside.length}
      data-slides={slides !== null}
    >
      <div className={styles.main}>
        {sharer ? (
          <ParticipantTile place={sharer} source="screen" className={styles.fill} />
        ) : slides ? (
          <SlideView slides={slides} />
        ) : lead ? (
          <ParticipantTile place={lead} isWhole className={styles.fill} />
        ) : (
          <div className={styles.nobody}>
            <EmptyState icon="clock" title={words.classroom.leadComing} />
          </div>
        )}
      </div>
      {beside.length > 0 && <div className={styles.beside}>{beside}</div>}
    </section>
  );
}
