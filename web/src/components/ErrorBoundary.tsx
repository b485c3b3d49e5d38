import { Component, type ReactNode } from "react";
import { isPairedPc } from "../classroom/pairedPc";
import { useWords } from "../i18n";
import { Button } from "./Button";
import { GoHome } from "./classroom/GoHome";
import { EmptyState } from "./EmptyState";

/** At a classroom's own PC nobody may be there to press the button. */
const PC_RELOADS_S = 10;

/** Catches what a page throws, also a part of it that an upgrade of the server took away: loading it again helps. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const words = useWords();
  return (
    <main>
      <EmptyState
        icon="warning"
        title={words.common.pageFailed}
        action={
          <Button variant="primary" size="large" onClick={() => window.location.reload()}>
            {words.common.reload}
          </Button>
        }
      >
        <p>{words.common.pageFailedHint}</p>
        {isPairedPc() && <GoHome afterS={PC_RELOADS_S} />}
      </EmptyState>
    </main>
  );
}
