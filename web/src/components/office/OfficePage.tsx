import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { signOut } from "../../api/account";
import type { ApiError } from "../../api/client";
import { isAdmin, isGuest } from "../../api/roles";
import { useAction } from "../../hooks/useAction";
import { forgetMe, useMe } from "../../hooks/useMe";
import { useTitle } from "../../hooks/useTitle";
import { errorWords, useWords } from "../../i18n";
import { Link, navigate } from "../../router";
import { Button, buttonClass } from "../Button";
import { classes } from "../classes";
import { EmptyState } from "../EmptyState";
import { Icon } from "../Icon";
import { TopBar } from "../TopBar";
import { Navigation } from "./Navigation";
import styles from "./OfficePage.module.css";

interface OfficePageProps {
  title: string;
  /** Where the arrow beside the title leads; none on the pages of the navigation. */
  back?: string;
  actions?: ReactNode;
  /** For what is looked at from afar: as wide as the screen. */
  isWide?: boolean;
  children: ReactNode;
}

/** The frame of the pages behind sign-in: the bar, the navigation beside the page or behind "menu", the page. */
export function OfficePage({ title, back, actions, isWide = false, children }: OfficePageProps) {
  const words = useWords();
  const me = useMe();
  const menu = useMenu();
  const navigationId = useId();
  const hasNavigation = me === null || !isGuest(me);
  useTitle(`${title} · ${words.common.product}`);
  return (
    <>
      <a href="#content" className={styles.skip}>
        {words.navigation.skip}
      </a>
      <TopBar guide={me && isAdmin(me) ? "county" : undefined}>
        {hasNavigation && (
          <div className={styles.menu}>
            <Button
              ref={menu.button}
              icon="menu"
              aria-expanded={menu.isOpen}
              aria-controls={navigationId}
              onClick={menu.toggle}
            >
              {words.navigation.menu}
            </Button>
          </div>
        )}
        <OwnAccount />
      </TopBar>
      <div className={classes(styles.frame, hasNavigation && styles.hasNavigation)}>
        {hasNavigation && (
          <div id={navigationId} className={classes(styles.side, menu.isOpen && styles.isOpen)}>
            {me && <Navigation me={me} onFollow={menu.close} />}
          </div>
        )}
        <main id="content" tabIndex={-1} className={classes(styles.page, isWide && styles.wide)}>
          <div className={styles.head}>
            {back && (
              <Link to={back} className={styles.back} aria-label={words.common.back}>
                <Icon name="arrowLeft" size={28} />
              </Link>
            )}
            <h1>{title}</h1>
            <div className={styles.actions}>{actions}</div>
          </div>
          {children}
        </main>
      </div>
    </>
  );
}

/** Whether the navigation is open where it does not stand beside the page. Escape closes it. */
function useMenu() {
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setIsOpen(false);
      button.current?.focus();
    };
    window.addEventListener("keydown", closeOnEscape);
    return () => window.removeEventListener("keydown", closeOnEscape);
  }, [isOpen]);

  return { isOpen, button, toggle: () => setIsOpen(!isOpen), close: () => setIsOpen(false) };
}

function OwnAccount() {
  const words = useWords();
  const [run, isBusy] = useAction();
  const leave = async () => {
    await signOut();
    forgetMe();
    navigate("/");
  };
  return (
    <>
      <Link to="/account" className={buttonClass("quiet")}>
        {words.account.title}
      </Link>
      <Button variant="quiet" isBusy={isBusy} onClick={() => run(leave)}>
        {words.common.signOut}
      </Button>
    </>
  );
}

/** Why the page has nothing to show, and the way on: sign in, or try again. */
export function LoadFailed({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const words = useWords();
  const here = window.location.pathname + window.location.search;
  return (
    <EmptyState
      icon="warning"
      title={errorWords(words, error.code)}
      action={
        error.code === "not_authenticated" ? (
          <Link to={`/sign-in?next=${encodeURIComponent(here)}`} className={buttonClass("primary")}>
            {words.common.signIn}
          </Link>
        ) : (
          <Button variant="primary" onClick={onRetry}>
            {words.common.retry}
          </Button>
        )
      }
    />
  );
}
