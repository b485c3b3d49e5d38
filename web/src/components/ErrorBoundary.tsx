import { Component, type ReactNode } from "react";
import { useWords } from "../i18n";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";

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
        {words.common.pageFailedHint}
      </EmptyState>
    </main>
  );
}
