import { lazy, Suspense } from "react";
import { useRoom, useSession } from "../../lesson/context";
import styles from "./SlideSection.module.css";
import { SlideView } from "./SlideView";

const SlideDesk = lazy(() => import("./SlideDesk"));

/** Slides on the staff's screen: the lead's desk with everything to do with them, or what everybody sees. */
export function SlideSection() {
  const session = useSession();
  const { slides } = useRoom().view;
  if (session.ticket.role !== "lead") {
    return slides && <SlideView slides={slides} className={styles.watched} />;
  }
  return (
    <Suspense fallback={<div className={styles.coming} />}>
      <SlideDesk />
    </Suspense>
  );
}
