import type { Site } from "../../api/types";
import { useWords } from "../../i18n";
import { Banner } from "../Banner";

/** Over plain http from another computer there is no camera: say so before anybody looks for it, with the way out. */
export function InsecureBanner({ site }: { site: Site }) {
  const words = useWords();
  if (window.isSecureContext) return null;
  return (
    <Banner tone="warn" title={words.home.insecureTitle}>
      {site.https_url ? (
        <>
          <p>
            {words.home.insecureHint} <a href={site.https_url}>{site.https_url}</a>
          </p>
          {site.has_authority && (
            <p>
              <a href="/tongtang-ca.crt" download>
                {words.home.authority}
              </a>
            </p>
          )}
        </>
      ) : (
        words.home.insecureNone
      )}
    </Banner>
  );
}
