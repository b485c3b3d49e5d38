/**
 * What this browser remembers of being a classroom's own PC. The proof is a cookie that no script can read; this is
 * only so that a page knows where to go back to.
 */
const PAIRED_KEY = "tongtang.pc";
const ENTERED_KEY = "tongtang.entered";
const LEFT_KEY = "tongtang.left";

function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // A locked-down school PC may forbid storage: it starts on `/classroom` anyway.
  }
}

const local = () => window.localStorage;
const session = () => window.sessionStorage;

export const isPairedPc = (): boolean => read(local, PAIRED_KEY) !== null;

export function rememberPaired(isPaired: boolean): void {
  write(local, PAIRED_KEY, isPaired ? "1" : null);
}

/** Whether this PC went into the lesson by itself: then it also goes home from there by itself. */
export const isOwnLesson = (lessonId: string): boolean => read(session, ENTERED_KEY) === lessonId;

export function rememberEntered(lessonId: string): void {
  write(session, ENTERED_KEY, lessonId);
  write(session, LEFT_KEY, null);
}

/** The lesson that somebody left on purpose: this tab does not go back into it by itself. A new browser does. */
export const leftLesson = (): string | null => read(session, LEFT_KEY);

export function rememberLeft(lessonId: string): void {
  write(session, LEFT_KEY, lessonId);
}
