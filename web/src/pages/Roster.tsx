import { useCallback, useState } from "react";
import { getMe } from "../api/account";
import { isAdmin } from "../api/roles";
import { checkRoster, getRoster, replaceRoster } from "../api/schools";
import type { Roster as RosterBody, RosterCheck } from "../api/types";
import { Button } from "../components/Button";
import { EmptyState } from "../components/EmptyState";
import tableStyles from "../components/office/AttendanceTable.module.css";
import { LoadFailed, OfficePage } from "../components/office/OfficePage";
import { PupilActions } from "../components/protection/PupilActions";
import { download, rosterCsv } from "../components/roster/csv";
import { RosterChange } from "../components/roster/RosterChange";
import { SheetUpload } from "../components/roster/SheetUpload";
import { Spinner } from "../components/Spinner";
import { useToast } from "../components/Toast";
import { useAction } from "../hooks/useAction";
import { useLoaded } from "../hooks/useLoaded";
import { useWords } from "../i18n";

/** The pupils of one classroom, for the school's on-site teachers and the county's admins. */
export default function Roster({ params }: { params: Record<string, string> }) {
  const words = useWords();
  const id = params.id ?? "";
  const [roster, reload] = useLoaded(
    useCallback(() => Promise.all([getRoster(id), getMe()]), [id]),
  );
  const title =
    roster.state === "ready"
      ? words.roster.titleOf(roster.value[0].school_name, roster.value[0].classroom_name)
      : words.roster.title;
  return (
    <OfficePage
      title={title}
      back="/rosters"
      actions={roster.state === "ready" && <Upload classroomId={id} onChanged={reload} />}
    >
      {roster.state === "loading" && <Spinner label={words.common.loading} />}
      {roster.state === "failed" && <LoadFailed error={roster.error} onRetry={reload} />}
      {roster.state === "ready" && (
        <Pupils roster={roster.value[0]} mayErase={isAdmin(roster.value[1])} onErased={reload} />
      )}
    </OfficePage>
  );
}

/** A sheet is checked first, and taken over once somebody has seen what it changes. */
function Upload({ classroomId, onChanged }: { classroomId: string; onChanged: () => void }) {
  const words = useWords().roster;
  const toast = useToast();
  const [checked, setChecked] = useState<{ file: File; check: RosterCheck } | null>(null);
  const [run, isBusy] = useAction();
  return (
    <>
      <SheetUpload
        label={words.upload}
        isBusy={isBusy}
        onFile={(file) =>
          run(async () => setChecked({ file, check: await checkRoster(classroomId, file) }))
        }
      />
      {checked && (
        <RosterChange
          check={checked.check}
          isBusy={isBusy}
          onClose={() => setChecked(null)}
          onTakeOver={() =>
            run(async () => {
              await replaceRoster(classroomId, checked.file);
              setChecked(null);
              toast(words.takenOver);
              onChanged();
            })
          }
        />
      )}
    </>
  );
}

interface PupilsProps {
  roster: RosterBody;
  /** And take a pupil's data along. */
  mayErase: boolean;
  onErased: () => void;
}

function Pupils({ roster, mayErase, onErased }: PupilsProps) {
  const { roster: words, pupilData } = useWords();
  const name = `${roster.school_name} ${roster.classroom_name}`;
  const save = () =>
    download(words.fileName(name), rosterCsv([words.number, words.name], roster.pupils));
  return (
    <>
      <p>{words.kinds}</p>
      <div>
        <Button icon="download" onClick={save}>
          {words.download}
        </Button>
      </div>
      {roster.pupils.length === 0 ? (
        <EmptyState icon="people" title={words.emptyTitle}>
          {words.emptyHint}
        </EmptyState>
      ) : (
        <div className={tableStyles.frame}>
          <table className={tableStyles.table}>
            <caption>{words.count(roster.pupils.length)}</caption>
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.number}</th>
                {mayErase && <th scope="col">{pupilData.column}</th>}
              </tr>
            </thead>
            <tbody>
              {roster.pupils.map((pupil) => (
                <tr key={pupil.pupil_id}>
                  <th scope="row">{pupil.name}</th>
                  <td data-label={words.number}>{pupil.number}</td>
                  {mayErase && (
                    <td data-label={pupilData.column}>
                      <PupilActions pupil={pupil} onErased={onErased} />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
