import { getMe, getSite, openDoor } from "../api/endpoints";
import type { Door, Me, Site } from "../api/types";
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

interface Entrance {
  site: Site;
  me: Me | null;
}

async function load(): Promise<Entrance> {
  const site = await getSite();
  // Behind open doors nobody needs to be known yet.
  return { site, me: site.doors_open ? null : await getMe().catch(() => null) };
}

/** Three doors on a demo machine, else sign-in for people and a pairing code for classroom PCs. */
export default function Home() {
  const words = useWords();
  const [entrance, reload] = useLoaded(load);
  return (
    <>
      <TopBar />
      <main className={styles.page}>
        <h1>{words.home.slogan}</h1>
        {entrance.state === "loading" && <Spinner label={words.common.loading} />}
        {entrance.state === "failed" && (
          <EmptyState
            icon="warning"
            title={errorWords(words, entrance.error.code)}
            action={<Button onClick={reload}>{words.common.retry}</Button>}
          />
        )}
        {entrance.state === "ready" && (
          <>
            <InsecureBanner site={entrance.value.site} />
            {entrance.value.site.doors_open ? <Doors /> : <Ways me={entrance.value.me} />}
          </>
        )}
      </main>
    </>
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

function Ways({ me }: { me: Me | null }) {
  const words = useWords();
  return (
    <div className={styles.ways}>
      <Card>
        <h2>{words.home.teacherTitle}</h2>
        <p>{me ? words.lessons.signedInAs(me.name) : words.home.teacherHint}</p>
        <Link to={me ? "/lessons" : "/sign-in"} className={buttonClass("primary", "large", true)}>
          {me ? words.home.toLessons : words.common.signIn}
        </Link>
      </Card>
      <Card>
        <h2>{words.home.classroomTitle}</h2>
        <PairingForm />
      </Card>
    </div>
  );
}
