import { type ReactNode, useEffect } from "react";
import { useAction } from "../../hooks/useAction";
import { useNow } from "../../hooks/useNow";
import { useStore } from "../../hooks/useStore";
import { useWords } from "../../i18n";
import { useLink, useMedia, usePlace, useRoom, useSession } from "../../lesson/context";
import { formatDuration } from "../../lesson/format";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { classes } from "../classes";
import styles from "./LinkBanners.module.css";

interface LinkBannersProps {
  isBelowStrip?: boolean;
  /** Further banners of the page, below those of the link. */
  children?: ReactNode;
}

/** What is wrong with the link or the sound right now. Lies over the page, so nothing moves when it comes or goes. */
export function LinkBanners({ isBelowStrip = false, children }: LinkBannersProps) {
  return (
    <div className={classes(styles.banners, isBelowStrip && styles.belowStrip)}>
      <Reconnecting />
      <SoundBlocked />
      <Quiet />
      <Countdown />
      <Recovering />
      {children}
    </div>
  );
}

export function Reconnecting() {
  const words = useWords();
  const link = useLink();
  if (link.kind !== "reconnecting") return null;
  return link.isServerGone ? (
    <Banner tone="live" title={words.lesson.serverGone}>
      {words.lesson.serverGoneHint}
    </Banner>
  ) : (
    <Banner tone="live" title={words.lesson.reconnecting}>
      {words.lesson.reconnectingHint}
    </Banner>
  );
}

/** A cut of the whole link says more than the picture's. */
function Recovering() {
  const words = useWords();
  const link = useLink();
  const media = useMedia();
  if (media.phase !== "recovering" || link.kind === "reconnecting") return null;
  return <Banner tone="warn" title={words.lesson.recovering} />;
}

function SoundBlocked() {
  const words = useWords();
  const { speaker } = useSession();
  const isBlocked = useStore(speaker.isBlocked);

  useEffect(() => {
    if (!isBlocked) return;
    const unblock = () => speaker.unblock();
    window.addEventListener("keydown", unblock);
    window.addEventListener("pointerdown", unblock);
    return () => {
      window.removeEventListener("keydown", unblock);
      window.removeEventListener("pointerdown", unblock);
    };
  }, [isBlocked, speaker]);

  if (!isBlocked) return null;
  return (
    <Banner
      tone="live"
      title={words.media.soundBlocked}
      action={
        <Button variant="primary" icon="speaker" onClick={() => speaker.unblock()}>
          {words.media.soundBlocked}
        </Button>
      }
    >
      {words.media.soundBlockedHint}
    </Banner>
  );
}

function Quiet() {
  const words = useWords();
  const session = useSession();
  const isQuiet = useStore(session.isQuiet);
  const [run, isBusy] = useAction();
  if (!isQuiet) return null;
  return (
    <Banner
      title={words.media.quietTitle}
      action={
        <Button icon="speaker" isBusy={isBusy} onClick={() => run(() => session.endQuiet())}>
          {words.media.quietEnd}
        </Button>
      }
    >
      {words.media.quietHint}
    </Banner>
  );
}

export function Countdown() {
  const words = useWords();
  const { signaling } = usePlace();
  const now = useNow(signaling.clockOffsetMs);
  const closesAtMs = useRoom().view.closes_at_ms;
  if (closesAtMs === null) return null;
  return <Banner tone="warn" title={words.lesson.closesIn(formatDuration(closesAtMs - now))} />;
}
