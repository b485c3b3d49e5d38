import { useEffect } from "react";
import { useWords } from "../i18n";
import { guardLeaving } from "../router";

/** Ask before what nobody saved is lost: when a link of this site is followed, and when the window is closed. */
export function useWarnBeforeLeaving(isUnsaved: boolean): void {
  const question = useWords().common.leaveUnsaved;
  useEffect(() => {
    if (!isUnsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    const release = guardLeaving(() => window.confirm(question));
    return () => {
      window.removeEventListener("beforeunload", ask);
      release();
    };
  }, [isUnsaved, question]);
}
