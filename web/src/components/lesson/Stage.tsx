import { type ReactNode, useRef } from "react";
import type { ParticipantView, WallName } from "../../generated/signaling";
import { useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { useWall } from "../../lesson/useWall";
import { leadOf, ownPlace, sharedOf, spotlightOf, stageOf } from "../../room/selectors";
import { EmptyState } from "../EmptyState";
import { SlideView } from "../slides/SlideView";
import { OwnTile } from "./OwnTile";
import { ParticipantTile } from "./ParticipantTile";
import styles from "./Stage.module.css";

/**
 * What every classroom sees: whom the spotlight shows, what is shared, the slides or the lead large, and beside it
 * who else is on stage. A shared screen or document camera covers the slides; they are there again when it ends. `wall`: in which window.
 */
export function Stage({ wall }: { wall: WallName }) {
  const words = useWords();
  const room = useRoom();
  const lead = leadOf(room);
  const shared = sharedOf(room);
  const you = ownPlace(room);
  const slides = shared ? null : room.view.slides;
  const large = spotlightOf(room) ?? (shared || slides ? undefined : lead);
  const main = useRef<HTMLDivElement>(null);
  useWall(wall, main);
  const beside: ReactNode[] = [];

  if (large && shared) {
    beside.push(<ParticipantTile key="shared" {...shared} />);
  } else if (large && slides) {
    beside.push(<SlideView key="slides" slides={slides} />);
  }
  if (lead && lead !== large) {
    beside.push(<ParticipantTile key={lead.participant_id} place={lead} />);
  }
  for (const place of stageOf(room)) {
    if (place === large) continue;
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
      data-slides={slides !== null && !large}
    >
      <div className={styles.main} ref={main}>
        {large ? (
          <LargeTile place={large} isOwn={large.participant_id === you?.participant_id} />
        ) : shared ? (
          <ParticipantTile {...shared} className={styles.fill} />
        ) : slides ? (
          <SlideView slides={slides} />
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

function LargeTile({ place, isOwn }: { place: ParticipantView; isOwn: boolean }) {
  if (isOwn) return <OwnTile name={place.name} className={styles.fill} />;
  return <ParticipantTile place={place} isWhole className={styles.fill} />;
}
