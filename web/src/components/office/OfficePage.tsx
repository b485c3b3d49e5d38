import type { ReactNode } from "react";
import type { ApiError } from "../../api/client";
import { signOut } from "../../api/endpoints";
import { useAction } from "../../hooks/useAction";
import { errorWords, useWords } from "../../i18n";
import { Link, navigate } from "../../router";
import { Button, buttonClass } from "../Button";
import { EmptyState } from "../EmptyState";
import { Icon } from "../Icon";
import { TopBar } from "../TopBar";
import styles from "./OfficePage.module.css";

interface OfficePageProps {
  title: string;
  /** Where the arrow beside the title leads; none on the first page. */
  back?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages behind sign-in. */
export function OfficePage({ title, back, actions, children }: OfficePageProps) {
  const words = useWords();
  const [run, isBusy] = useAction();
  return (
    <>
      <TopBar>
        <Link to="/account" className={buttonClass("quiet")}>
          {words.account.title}
        </Link>
        <Button
          variant="quiet"
          isBusy={isBusy}
          onClick={() =>
            run(async () => {
              await signOut();
              navigate("/");
            })
          }
        >
          {words.common.signOut}
        </Button>
      </TopBar>
      <main className={styles.page}>
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
