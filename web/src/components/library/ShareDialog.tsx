import { type ReactNode, useCallback, useEffect, useState } from "react";
import {
  getSharing,
  publishRecording,
  revokeShareLink,
  unpublishRecording,
} from "../../api/sharing";
import type { ShareLink, Sharing } from "../../api/types";
import { useAction } from "../../hooks/useAction";
import { useLoaded } from "../../hooks/useLoaded";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { formatMoment } from "../office/dates";
import { LoadFailed } from "../office/OfficePage";
import { Spinner } from "../Spinner";
import { LinkForm } from "./LinkForm";
import { LinkList } from "./LinkList";
import styles from "./ShareDialog.module.css";

const LOOK_AGAIN_MS = 3_000;

const isBeingCut = (link: ShareLink) => link.state === "active" && link.clip_state === "cutting";

interface ShareDialogProps {
  recordingId: string;
  durationMs: number;
  onClose: () => void;
}

/** A question before something that cannot be taken back. */
interface Question {
  title: string;
  hint: string;
  confirm: string;
  act: () => Promise<unknown>;
}

/** Publish a recording in the county, and give links to it, or to a part of it, to others. */
export function ShareDialog({ recordingId, durationMs, onClose }: ShareDialogProps) {
  const words = useWords();
  const [sharing, reload] = useLoaded(useCallback(() => getSharing(recordingId), [recordingId]));
  const [question, setQuestion] = useState<Question | null>(null);
  const [run, isBusy] = useAction();
  const act = (what: () => Promise<unknown>) =>
    run(async () => {
      await what();
      setQuestion(null);
      reload();
    });

  const isCutting =
    sharing.state === "ready" && sharing.value.links.some((link) => isBeingCut(link));
  useEffect(() => {
    if (!isCutting) return;
    const timer = window.setInterval(reload, LOOK_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [isCutting, reload]);

  if (question) {
    return (
      <Dialog
        key="question"
        title={question.title}
        onClose={() => setQuestion(null)}
        actions={
          <Button variant="danger" isBusy={isBusy} onClick={() => act(question.act)}>
            {question.confirm}
          </Button>
        }
      >
        {question.hint}
      </Dialog>
    );
  }

  return (
    <Dialog
      key="sharing"
      title={words.sharing.title}
      onClose={onClose}
      cancelLabel={words.sharing.close}
    >
      {sharing.state === "loading" && <Spinner label={words.common.loading} />}
      {sharing.state === "failed" && <LoadFailed error={sharing.error} onRetry={reload} />}
      {sharing.state === "ready" && (
        <div className={styles.parts}>
          <Publication
            sharing={sharing.value}
            isBusy={isBusy}
            onPublish={() => act(() => publishRecording(recordingId))}
            onUnpublish={() =>
              setQuestion({
                title: words.sharing.unpublishTitle,
                hint: words.sharing.unpublishHint,
                confirm: words.sharing.unpublishConfirm,
                act: () => unpublishRecording(recordingId),
              })
            }
          />
          <Part title={words.sharing.links} hint={words.sharing.linksHint}>
            {sharing.value.publication === null ? (
              <p>{words.sharing.linksNeedPublication}</p>
            ) : (
              <>
                <LeftOut names={sharing.value.left_out_of_links} />
                <LinkForm recordingId={recordingId} durationMs={durationMs} onMade={reload} />
              </>
            )}
            <LinkList
              links={sharing.value.links}
              onRevoke={(link) =>
                setQuestion({
                  title: words.sharing.revokeTitle,
                  hint: words.sharing.revokeHint,
                  confirm: words.sharing.revokeConfirm,
                  act: () => revokeShareLink(recordingId, link.link_id),
                })
              }
            />
          </Part>
        </div>
      )}
    </Dialog>
  );
}

interface PublicationProps {
  sharing: Sharing;
  isBusy: boolean;
  onPublish: () => void;
  onUnpublish: () => void;
}

function Publication({ sharing, isBusy, onPublish, onUnpublish }: PublicationProps) {
  const words = useWords();
  const { language } = useLanguage();
  const { publication } = sharing;
  return (
    <Part title={words.recordings.title} hint={words.sharing.publishHint}>
      <label className={styles.choice}>
        <input
          type="checkbox"
          checked={publication !== null}
          disabled={isBusy}
          onChange={() => (publication === null ? onPublish() : onUnpublish())}
        />
        <span>{words.sharing.publish}</span>
      </label>
      {publication && (
        <p className={styles.soft}>
          {words.sharing.publishedBy(
            publication.published_by,
            formatMoment(publication.published_at, language),
          )}
        </p>
      )}
      <LeftOut names={sharing.left_out_of_library} />
    </Part>
  );
}

function LeftOut({ names }: { names: string[] }) {
  const words = useWords().sharing;
  return (
    <p className={styles.soft}>
      {names.length === 0 ? words.everybody : words.leftOut(names.join(words.separator))}
    </p>
  );
}

function Part({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h3>{title}</h3>
      <p className={styles.soft}>{hint}</p>
      {children}
    </section>
  );
}
