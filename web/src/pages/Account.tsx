import { getAccount } from "../api/account";
import { PasswordChange } from "../components/account/PasswordChange";
import { SecondFactor } from "../components/account/SecondFactor";
import { SessionList } from "../components/account/SessionList";
import { Card } from "../components/Card";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { Spinner } from "../components/Spinner";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

/** One's own password, second factor, and where one is signed in. */
export default function Account() {
  const words = useWords();
  const [account, reload] = useLoaded(getAccount);
  return (
    <OfficePage title={words.account.title} back="/lessons">
      {account.state === "loading" && <Spinner label={words.common.loading} />}
      {account.state === "failed" && <LoadFailed error={account.error} onRetry={reload} />}
      {account.state === "ready" && (
        <>
          {account.value.has_password && (
            <Card>
              <PasswordChange onChanged={reload} />
            </Card>
          )}
          {account.value.may_have_second_factor && (
            <Card>
              <SecondFactor isOn={account.value.has_second_factor} onChanged={reload} />
            </Card>
          )}
          <Card>
            <SessionList sessions={account.value.sessions} onChanged={reload} />
          </Card>
        </>
      )}
    </OfficePage>
  );
}
