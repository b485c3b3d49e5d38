import { buttonClass } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import { TopBar } from "../components/TopBar";
import { useWords } from "../i18n";
import { Link } from "../router";

export default function NotFound() {
  const words = useWords();
  return (
    <>
      <TopBar />
      <main>
        <EmptyState
          icon="info"
          title={words.common.notFound}
          action={
            <Link to="/" className={buttonClass("primary")}>
              {words.common.home}
            </Link>
          }
        >
          {words.common.notFoundHint}
        </EmptyState>
      </main>
    </>
  );
}
