import { useState } from "react";
import type { Wall as WallBody } from "../api/types";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { HelpList } from "../components/office/HelpList";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { WallTile } from "../components/wall/WallTile";
import styles from "../components/wall/WallTile.module.css";
import { useNow } from "../hooks/useNow";
import { useLanguage, useWords } from "../i18n";
import { formatTime } from "../lesson/format";
import { useWall } from "../wall/useWall";

const FIRST = 60;
/** As many as the server gives at once. */
const ALL = 200;

/** The lessons that run now: who is in, what is wrong, who calls for help, and the way in. Nobody reloads it. */
export default function Wall() {
  const words = useWords();
  const { language } = useLanguage();
  const [limit, setLimit] = useState(FIRST);
  const wall = useWall(limit);
  const now = useNow(wall.clockOffsetMs);
  return (
    <OfficePage title={words.wall.title} isWide>
      {wall.value === null &&
        (wall.error ? (
          <LoadFailed error={wall.error} onRetry={wall.refresh} />
        ) : (
          <Spinner label={words.common.loading} />
        ))}
      {wall.value && wall.error && (
        <Banner tone="live" title={words.wall.offlineTitle}>
          {words.wall.offlineHint(formatTime(wall.atMs, language))}
        </Banner>
      )}
      {wall.value && (
        <>
          <HelpList lessons={wall.value.lessons} nowMs={now} onCleared={wall.refresh} />
          <Tiles wall={wall.value} nowMs={now} />
          {wall.value.total > wall.value.lessons.length && limit < ALL && (
            <Button onClick={() => setLimit(ALL)}>{words.wall.more}</Button>
          )}
        </>
      )}
    </OfficePage>
  );
}

function Tiles({ wall, nowMs }: { wall: WallBody; nowMs: number }) {
  const words = useWords().wall;
  if (wall.total === 0) {
    return (
      <EmptyState icon="clock" title={words.emptyTitle}>
        {words.emptyHint}
      </EmptyState>
    );
  }
  return (
    <>
      <p className={styles.summary}>
        <strong>{words.summary(wall.total, wall.in_trouble)}</strong>
        <span className={styles.others}>{words.refreshes}</span>
      </p>
      <div className={styles.grid}>
        {wall.lessons.map((lesson) => (
          <WallTile key={lesson.lesson_id} lesson={lesson} nowMs={nowMs} />
        ))}
      </div>
    </>
  );
}
