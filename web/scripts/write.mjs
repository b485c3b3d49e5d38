import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Writes a file only where it says something else, so that what was built from it stays current. */
export function writeChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    writeFileSync(path, text);
  }
}
