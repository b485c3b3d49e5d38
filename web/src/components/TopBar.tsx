import type { ReactNode } from "react";
import { useLanguage, useWords } from "../i18n";
import { Link } from "../router";
import { GuideButton } from "./guide/GuideButton";
import type { GuideName } from "./guide/guides";
import { Icon } from "./Icon";
import styles from "./TopBar.module.css";

interface TopBarProps {
  title?: ReactNode;
  /** Lights and buttons on the right, before the language switch. */
  children?: ReactNode;
  /** The product name leads home; false inside a lesson, where a slip of the hand must not leave it. */
  isHomeLink?: boolean;
  /** The page of the guide behind "?". */
  guide?: GuideName | undefined;
}

export function TopBar({ title, children, isHomeLink = true, guide }: TopBarProps) {
  const words = useWords();
  const mark = (
    <>
      <img src="/icon.svg" alt="" width={32} height={32} />
      <span className={styles.product}>{words.common.product}</span>
    </>
  );
  return (
    <header className={styles.bar}>
      {isHomeLink ? (
        <Link to="/" className={styles.mark} aria-label={words.common.product}>
          {mark}
        </Link>
      ) : (
        <span className={styles.mark}>{mark}</span>
      )}
      {title && <div className={styles.title}>{title}</div>}
      {children && <div className={styles.end}>{children}</div>}
      <div className={styles.help}>
        {guide && <GuideButton guide={guide} />}
        <LanguageSwitch />
      </div>
    </header>
  );
}

function LanguageSwitch() {
  const { language, setLanguage } = useLanguage();
  const other = language === "zh-CN" ? "en" : "zh-CN";
  return (
    <button
      type="button"
      className={styles.language}
      lang={other}
      onClick={() => setLanguage(other)}
    >
      <Icon name="language" />
      {other === "en" ? "English" : "中文"}
    </button>
  );
}
