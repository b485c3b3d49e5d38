import { Suspense } from "react";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { Spinner } from "./components/Spinner";
import { ToastProvider } from "./components/Toast";
import { LanguageProvider, useWords } from "./i18n";
import { matchPath, usePath } from "./router";
import { NotFound, ROUTES } from "./routes";

export function App() {
  return (
    <LanguageProvider>
      <ToastProvider>
        <ErrorBoundary>
          <CurrentPage />
        </ErrorBoundary>
      </ToastProvider>
    </LanguageProvider>
  );
}

function CurrentPage() {
  const words = useWords();
  const path = usePath();
  for (const [pattern, Page] of ROUTES) {
    const params = matchPath(pattern, path);
    if (params) {
      return (
        <Suspense fallback={<Spinner label={words.common.loading} />}>
          <Page key={path} params={params} />
        </Suspense>
      );
    }
  }
  return (
    <Suspense fallback={null}>
      <NotFound params={{}} />
    </Suspense>
  );
}
