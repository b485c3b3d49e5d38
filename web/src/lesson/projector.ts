import type { LessonSession } from "./session";

declare global {
  interface Window {
    /** The lesson of this window, for the projector window that it opened. */
    tongtangLesson?: LessonSession | undefined;
  }
}

/** Let a projector window show this lesson. Returns the way to end that. */
export function lendLesson(session: LessonSession): () => void {
  window.tongtangLesson = session;
  return () => {
    if (window.tongtangLesson === session) window.tongtangLesson = undefined;
  };
}

/** The lesson of the window that opened this one; null while that is closed, elsewhere, or loading. */
export function borrowedLesson(): LessonSession | null {
  const opener = window.opener as Window | null;
  try {
    return (opener && !opener.closed && opener.tongtangLesson) || null;
  } catch {
    // The opener went to another site.
    return null;
  }
}

let projector: Window | null = null;

/** False if the browser blocked the window. */
export function openProjector(lessonId: string): boolean {
  const address = `/lessons/${encodeURIComponent(lessonId)}/projector`;
  projector = window.open(address, `tongtang-projector-${lessonId}`, "popup,width=1280,height=720");
  return projector !== null;
}

/** Pupils look at the projector window, and this page's screen is the teacher's. False if in doubt. */
export const isProjectorOpen = (): boolean => projector !== null && !projector.closed;
