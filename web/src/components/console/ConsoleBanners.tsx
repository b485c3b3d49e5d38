import { useWords } from "../../i18n";
import { useRoom } from "../../lesson/context";
import { ownPlace } from "../../room/selectors";
import { Banner } from "../Banner";
import { Countdown, Reconnecting } from "../lesson/LinkBanners";
import styles from "./ConsoleBanners.module.css";

/** What is wrong with the phone's own link, with the classroom's PC, or with the time left. */
export function ConsoleBanners() {
  return (
    <div className={styles.banners}>
      <Reconnecting />
      <PcAway />
      <Countdown />
    </div>
  );
}

/** Without the classroom's PC there is no picture and no sound, whatever is pressed here. */
function PcAway() {
  const { console: words } = useWords();
  const presence = ownPlace(useRoom())?.presence;
  if (presence === "present") return null;
  return (
    <Banner tone="warn" title={presence === "cut" ? words.pcCut : words.pcAbsent}>
      {words.pcAwayHint}
    </Banner>
  );
}
