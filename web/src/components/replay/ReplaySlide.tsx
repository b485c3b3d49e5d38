import { useEffect } from "react";
import type { RecordedSlides } from "../../api/types";
import { useWords } from "../../i18n";
import { nextPageAfter, slideAt } from "../../replay/slides";
import { classes } from "../classes";
import { EmptyState } from "../EmptyState";
import { Lines } from "../slides/Ink";
import { PagePicture } from "../slides/PagePicture";
import frame from "../slides/SlideView.module.css";

interface ReplaySlideProps {
  slides: RecordedSlides;
  positionMs: number;
  className?: string | undefined;
}

/** The page that was shown at this moment, with the lines that were on it then. */
export function ReplaySlide({ slides, positionMs, className }: ReplaySlideProps) {
  const words = useWords();
  const moment = slideAt(slides, positionMs);
  const page = moment && slides.pages[moment.page];
  usePreload(slides, nextPageAfter(slides, positionMs));
  if (!moment || !page) return null;
  return (
    <div className={classes(frame.frame, className)}>
      {page.sharp_url === null ? (
        <EmptyState icon="slides" title={words.slides.deletedSince} />
      ) : (
        <PagePicture
          key={moment.page}
          number={moment.page + 1}
          sharp={page.sharp_url}
          light={page.light_url}
          shape={page.width / page.height}
          label={words.slides.title}
        >
          <Lines lines={moment.strokes} />
        </PagePicture>
      )}
    </div>
  );
}

/** The next page is on this machine before it is shown. */
function usePreload(slides: RecordedSlides, page: number | null): void {
  const address = page === null ? null : (slides.pages[page]?.sharp_url ?? null);
  useEffect(() => {
    if (address) new Image().src = address;
  }, [address]);
}
