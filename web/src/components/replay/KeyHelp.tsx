import { useWords } from "../../i18n";
import { Dialog } from "../Dialog";
import styles from "./KeyHelp.module.css";

/** The table of keys. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const { keys, space, or } = words.replay;
  const rows: readonly (readonly [what: string, keys: readonly string[]])[] = [
    [keys.toggle, [space, "K"]],
    [keys.step, ["←", "→"]],
    [keys.jump, ["J", "L"]],
    [keys.part, ["0", "9"]],
    [keys.ends, ["Home", "End"]],
    [keys.chapter, ["[", "]"]],
    [keys.speed, ["<", ">"]],
    [keys.mute, ["M"]],
    [keys.captions, ["C"]],
    [keys.fullscreen, ["F"]],
    [keys.help, ["?"]],
  ];
  return (
    <Dialog title={words.replay.keysTitle} onClose={onClose} cancelLabel={words.common.close}>
      <table className={styles.keys}>
        <tbody>
          {rows.map(([what, pair]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>
                <kbd>{pair[0]}</kbd>
                {pair[1] && (
                  <>
                    {pair[0] === "0" ? " … " : ` ${or} `}
                    <kbd>{pair[1]}</kbd>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
