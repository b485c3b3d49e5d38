import { type FormEvent, useState } from "react";
import { signIn } from "../api/account";
import { ApiError } from "../api/client";
import { Banner } from "../components/Banner";
import { Button } from "../components/Button";
import { Card } from "../components/Card";
import { Field } from "../components/Field";
import styles from "../components/office/Form.module.css";
import { TopBar } from "../components/TopBar";
import { errorWords, useWords } from "../i18n";
import { Link, navigate, useQuery } from "../router";
import page from "./Narrow.module.css";

/** Only addresses of this site: a link in a mail must not lead elsewhere after sign-in. */
export function safeNext(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\")
    ? next
    : "/lessons";
}

export default function SignIn() {
  const words = useWords();
  const next = safeNext(useQuery().get("next"));
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string>();
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    setError(undefined);
    signIn(login, password, code?.trim())
      .then(() => navigate(next, { replace: true }))
      .catch((reason: unknown) => {
        const refusal = reason instanceof ApiError ? reason.code : "failed";
        // The password is right: only now is there a field for the code.
        if (refusal === "second_factor_needed") setCode("");
        else setError(errorWords(words, refusal));
      })
      .finally(() => setIsBusy(false));
  }

  return (
    <>
      <TopBar />
      <main className={page.page}>
        <Card>
          <form className={styles.form} onSubmit={submit}>
            <h1>{words.signIn.title}</h1>
            {error && <Banner tone="live" title={error} />}
            <Field
              label={words.signIn.login}
              value={login}
              autoComplete="username"
              autoFocus
              required
              maxLength={254}
              onChange={(event) => setLogin(event.target.value)}
            />
            <Field
              label={words.signIn.password}
              type="password"
              value={password}
              autoComplete="current-password"
              required
              maxLength={256}
              onChange={(event) => setPassword(event.target.value)}
            />
            {code !== undefined && (
              <Field
                label={words.account.code}
                inputMode="numeric"
                autoComplete="one-time-code"
                autoFocus
                value={code}
                maxLength={7}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
            <Button type="submit" variant="primary" size="large" isWide isBusy={isBusy}>
              {words.signIn.submit}
            </Button>
            <p>
              {words.signIn.classroomHint} <Link to="/c">{words.signIn.usePairing}</Link>
            </p>
          </form>
        </Card>
      </main>
    </>
  );
}
