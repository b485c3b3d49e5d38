import { useCallback } from "react";
import { useLoaded } from "../../hooks/useLoaded";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import { EmptyState } from "../EmptyState";
import { Spinner } from "../Spinner";
import styles from "./GuideText.module.css";
import { type GuideName, loadGuide } from "./guides";

/** One page of the guide in the language of the screen. */
export function GuideText({ guide }: { guide: GuideName }) {
  const words = useWords();
  const { language } = useLanguage();
  const load = useCallback(() => loadGuide(guide, language), [guide, language]);
  const [page, reload] = useLoaded(load);
  switch (page.state) {
    case "loading":
      return <Spinner label={words.common.loading} />;
    case "failed":
      return (
        <EmptyState
          icon="warning"
          title={words.guide.failed}
          action={<Button onClick={reload}>{words.common.retry}</Button>}
        />
      );
    case "ready":
      // biome-ignore lint/security/noDangerouslySetInnerHtml: our own document, made into HTML with the site.
      return <div className={styles.text} dangerouslySetInnerHTML={{ __html: page.value }} />;
  }
}
