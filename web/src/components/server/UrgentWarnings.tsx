import { getServer } from "../../api/server";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import { Link } from "../../router";
import { buttonClass } from "../Button";
import { ServerWarnings } from "./ServerWarnings";

/** What about the server cannot wait, on the first page of a county's admin; nothing while all is well. */
export function UrgentWarnings() {
  const words = useWords();
  const [server] = useLoaded(getServer);
  if (server.state !== "ready") return null;
  return (
    <ServerWarnings
      warnings={server.value.warnings.filter((one) => one.is_urgent)}
      action={
        <Link to="/server" className={buttonClass()}>
          {words.server.more}
        </Link>
      }
    />
  );
}
