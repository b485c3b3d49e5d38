import { type FormEvent, useCallback, useState } from "react";
import { ApiError } from "../api/client";
import { acceptInvitation, checkInvitation } from "../api/staff";
import { Banner } from "../components/Banner";
import { Button, buttonClass } from "../components/Button";
import { Card } from "../components/Card";
import { EmptyState } from "../components/EmptyState";
import { Field } from "../components/Field";
import formStyles from "../components/office/Form.module.css";
import { LoadFailed } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useLoaded } from "../hooks/useLoaded";
import { errorWords, useWords } from "../i18n";
import { Link, navigate } from "../router";
import page from "./Narrow.module.css";

const OVER = ["invitation_unknown", "invitation_over"];
const MIN_PASSWORD_CHARS = 8;

/** Behind the one-time link: whose it is, and a password of one's own. */
export default function Welcome({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const token = params.token ?? "";
  const [invited, reload] = useLoaded(useCallback(() => checkInvitation(token), [token]));
  return (
    <>
      <TopBar />
      <main className={page.page}>
        {invited.state === "loading" && <Spinner label={words.common.loading} />}
        {invited.state === "failed" &&
          (OVER.includes(invited.error.code) ? (
            <Over />
          ) : (
            <LoadFailed error={invited.error} onRetry={reload} />
          ))}
        {invited.state === "ready" && (
          <Card>
            <PasswordForm token={token} {...invited.value} />
          </Card>
        )}
      </main>
    </>
  );
}

function Over() {
  const words = useWords();
  return (
    <>
      <h1 className="visually-hidden">{words.welcome.over}</h1>
      <EmptyState
        icon="warning"
        title={words.welcome.over}
        action={
          <Link to="/sign-in" className={buttonClass("primary")}>
            {words.common.signIn}
          </Link>
        }
      >
        {words.welcome.overHint}
      </EmptyState>
    </>
  );
}

interface PasswordFormProps {
  token: string;
  name: string;
  login: string;
}

function PasswordForm({ token, name, login }: PasswordFormProps) {
  const words = useWords();
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [wasTried, setWasTried] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const isShort = password.length < MIN_PASSWORD_CHARS;
  const doDiffer = password !== again;

  function submit(event: FormEvent) {
    event.preventDefault();
    setWasTried(true);
    setRefusal(undefined);
    if (isShort || doDiffer) return;
    setIsBusy(true);
    acceptInvitation(token, password)
      .then(() => navigate("/lessons", { replace: true }))
      .catch((reason: unknown) =>
        setRefusal(errorWords(words, reason instanceof ApiError ? reason.code : "failed")),
      )
      .finally(() => setIsBusy(false));
  }

  return (
    <form className={formStyles.form} onSubmit={submit} noValidate>
      <h1>{words.welcome.title(name)}</h1>
      <p>{words.welcome.hint(login)}</p>
      {refusal && <Banner tone="live" title={refusal} />}
      {/* For the browser's password store: it keeps the login with the password. */}
      <input type="hidden" autoComplete="username" value={login} readOnly />
      <Field
        label={words.welcome.password}
        type="password"
        autoComplete="new-password"
        autoFocus
        value={password}
        maxLength={200}
        error={wasTried && isShort ? words.welcome.short : undefined}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Field
        label={words.welcome.again}
        type="password"
        autoComplete="new-password"
        value={again}
        maxLength={200}
        error={wasTried && !isShort && doDiffer ? words.welcome.differ : undefined}
        onChange={(event) => setAgain(event.target.value)}
      />
      <Button type="submit" variant="primary" size="large" isWide isBusy={isBusy}>
        {words.welcome.submit}
      </Button>
    </form>
  );
}
