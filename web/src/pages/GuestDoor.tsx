import { useCallback } from "react";
import { checkGuest, enterAsGuest } from "../api/lessons";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { EmptyState } from "../components/EmptyState";
import { formatMoment } from "../components/office/dates";
import formStyles from "../components/office/Form.module.css";
import { LoadFailed } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useLanguage, useWords } from "../i18n";
import { navigate } from "../router";
import page from "./Narrow.module.css";

const OVER = ["guest_link_unknown", "guest_link_over"];

/** Behind a guest teacher's link: what they are asked to teach, and the one button that uses the link up. */
export default function GuestDoor({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const { language } = useLanguage();
  const token = params.token ?? "";
  const [invited, reload] = useLoaded(useCallback(() => checkGuest(token), [token]));
  const [run, isBusy] = useAction();
  const enter = async () => {
    const { lesson_id } = await enterAsGuest(token);
    navigate(`/lessons/${encodeURIComponent(lesson_id)}/join?role=lead`, { replace: true });
  };
  return (
    <>
      <TopBar />
      <main className={page.page}>
        {invited.state === "loading" && <Spinner label={words.common.loading} />}
        {invited.state === "failed" &&
          (OVER.includes(invited.error.code) ? (
            <>
              <h1 className="visually-hidden">{words.guest.over}</h1>
              <EmptyState icon="warning" title={words.guest.over}>
                {words.guest.overHint}
              </EmptyState>
            </>
          ) : (
            <LoadFailed error={invited.error} onRetry={reload} />
          ))}
        {invited.state === "ready" && (
          <Card>
            <div className={formStyles.form}>
              <h1>{words.guest.welcome(invited.value.name)}</h1>
              <p>
                {words.guest.lesson(
                  invited.value.title,
                  formatMoment(invited.value.starts_at, language),
                )}
              </p>
              <p>{words.guest.once}</p>
              <Button
                variant="primary"
                size="large"
                isWide
                isBusy={isBusy}
                onClick={() => run(enter)}
              >
                {words.guest.enter}
              </Button>
            </div>
          </Card>
        )}
      </main>
    </>
  );
}
