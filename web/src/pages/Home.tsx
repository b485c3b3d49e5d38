import { openDoor } from "../api/account";
import { getSite } from "../api/server";
import type { Door } from "../api/types";
import { HOME_PATH } from "../classroom/enter";
import { isPairedPc } from "../classroom/pairedPc";
import { Banner } from "../components/Banner";
import { Button, buttonClass } from "../components/Button";
import { Card } from "../components/Card";
import { EmptyState } from "../components/EmptyState";
import { Icon, type IconName } from "../components/Icon";
import { InsecureBanner } from "../components/office/InsecureBanner";
import { PairingForm } from "../components/office/PairingForm";
import { Spinner } from "../components/Spinner";
import { TopBar } from "../components/TopBar";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { errorWords, useWords } from "../i18n";
import { Link, navigate } from "../router";
import styles from "./Home.module.css";

/** Three doors on a demo machine, else sign-in for people and a pairing code for classroom PCs. */
export default function Home() {
  const words = useWords();
  const [site, reload] = useLoaded(getSite);
  return (
    <>
      <TopBar />
      <main className={styles.page}>
        <h1>{words.home.slogan}</h1>
        {site.state === "loading" && <Spinner label={words.common.loading} />}
        {site.state === "failed" && (
          <EmptyState
            icon="warning"
            title={errorWords(words, site.error.code)}
            action={<Button onClick={reload}>{words.common.retry}</Button>}
          />
        )}
        {site.state === "ready" && (
          <>
            <InsecureBanner site={site.value} />
            {isPairedPc() && <PairedPcBanner />}
            {site.value.doors_open ? <Doors /> : <Ways name={site.value.signed_in_as} />}
          </>
        )}
      </main>
    </>
  );
}

function PairedPcBanner() {
  const words = useWords();
  return (
    <Banner
      title={words.classroomPc.homeHint}
      action={
        <Link to={HOME_PATH} className={buttonClass("primary")}>
          {words.classroomPc.toHome}
        </Link>
      }
    />
  );
}

const DOORS: readonly { door: Door; icon: IconName }[] = [
  { door: "teach", icon: "people" },
  { door: "classroom", icon: "screen" },
  { door: "county", icon: "chart" },
];

function Doors() {
  const words = useWords();
  const [run, isBusy] = useAction();
  const hints = {
    teach: words.home.teachHint,
    classroom: words.home.classroomHint,
    county: words.home.countyHint,
  };
  return (
    <>
      <h2>{words.home.doorsTitle}</h2>
      <ul className={styles.doors}>
        {DOORS.map(({ door, icon }) => (
          <li key={door}>
            <button
              type="button"
              className={styles.door}
              disabled={isBusy}
              onClick={() => run(async () => navigate((await openDoor(door)).redirect))}
            >
              <Icon name={icon} size={56} />
              <strong>{words.home[door]}</strong>
              <span>{hints[door]}</span>
            </button>
          </li>
        ))}
      </ul>
      <Banner title={words.home.demoHint} action={<SignInLink label={words.home.otherAccount} />} />
    </>
  );
}

function SignInLink({ label }: { label: string }) {
  return (
    <Link to="/sign-in" className={buttonClass()}>
      {label}
    </Link>
  );
}

function Ways({ name }: { name: string | null }) {
  const words = useWords();
  return (
    <div className={styles.ways}>
      <Card>
        <h2>{words.home.teacherTitle}</h2>
        <p>{name ? words.lessons.signedInAs(name) : words.home.teacherHint}</p>
        <Link to={name ? "/lessons" : "/sign-in"} className={buttonClass("primary", "large", true)}>
          {name ? words.home.toLessons : words.common.signIn}
        </Link>
      </Card>
      <Card>
        <h2>{words.home.classroomTitle}</h2>
        <PairingForm />
      </Card>
    </div>
  );
}
