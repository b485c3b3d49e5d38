import { getMe } from "../../api/account";
import { isAdmin } from "../../api/roles";
import { useLoaded } from "../../hooks/useLoaded";
import { useWords } from "../../i18n";
import { Link } from "../../router";
import { buttonClass } from "../Button";

/** The way to the interrupted recordings, for those who may see them. */
export function InterruptedLink() {
  const words = useWords();
  const [me] = useLoaded(getMe);
  if (me.state !== "ready" || !isAdmin(me.value)) return null;
  return (
    <Link to="/recordings/interrupted" className={buttonClass()}>
      {words.interrupted.title}
    </Link>
  );
}
