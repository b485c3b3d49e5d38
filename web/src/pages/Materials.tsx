import { useCallback, useEffect, useState } from "react";
import { ApiError } from "../api/client";
import { getLesson } from "../api/lessons";
import { listDecks } from "../api/room";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { DeckList } from "../components/slides/DeckList";
import { useLoaded } from "../hooks/useLoaded";
import { useStore } from "../hooks/useStore";
import { useWords } from "../i18n";
import { DeckShelf } from "../slides/decks";

/** Slides and materials of a lesson, before and after it: the lead brings them, those who take part download them. */
export default function Materials({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const lessonId = params.id ?? "";
  const [lesson] = useLoaded(useCallback(() => getLesson(lessonId), [lessonId]));
  const shelf = useShelf(lessonId);
  const { list, failure } = useStore(shelf.state);
  return (
    <OfficePage title={words.slides.materials} back="/lessons">
      <div>
        <h2>{lesson.state === "ready" ? lesson.value.title : " "}</h2>
        {list?.may_manage && <p>{words.slides.about}</p>}
      </div>
      {list === null && failure === null && <Spinner label={words.common.loading} />}
      {list === null && failure !== null && (
        <LoadFailed error={new ApiError(failure, "", 0)} onRetry={() => shelf.refresh()} />
      )}
      {list && (
        <DeckList
          lessonId={lessonId}
          list={list}
          mayManage={list.may_manage}
          onChange={() => shelf.refresh()}
        />
      )}
    </OfficePage>
  );
}

function useShelf(lessonId: string): DeckShelf {
  const [shelf] = useState(
    () =>
      new DeckShelf(
        () => listDecks(lessonId),
        (error) => (error instanceof ApiError ? error.code : "failed"),
      ),
  );
  useEffect(() => {
    shelf.refresh();
    return () => shelf.close();
  }, [shelf]);
  return shelf;
}
