import { lazy, Suspense } from "react";
import { useRoom } from "../../lesson/context";
import { isLeading } from "../../room/selectors";
import styles from "./SlideSection.module.css";
import { SlideView } from "./SlideView";

const SlideDesk = lazy(() => import("./SlideDesk"));

/** Slides on the staff's screen: the lead's desk with everything to do with them, or what everybody sees. */
export function SlideSection() {
  const room = useRoom();
  const { slides } = room.view;
  if (!isLeading(room)) {
    return (
      slides && (
        <div className={styles.watched}>
          <SlideView slides={slides} />
        </div>
      )
    );
  }
  return (
    <Suspense fallback={<div className={styles.coming} />}>
      <SlideDesk />
    </Suspense>
  );
}
