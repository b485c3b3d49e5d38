import type { RosterPupil } from "../../api/types";

/** What a file chooser offers for a sheet. */
export const SHEET_KINDS =
  ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** The roster as a file that a spreadsheet opens (UTF-8 with a mark) and that can be uploaded again. */
export function rosterCsv(
  header: readonly [string, string],
  pupils: readonly RosterPupil[],
): string {
  return csvOf([header, ...pupils.map((one) => [one.number ?? "", one.name] as const)]);
}

/** Rows as a file that a spreadsheet opens, and in which nothing runs. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => row.map((text) => quoted(safeCell(text))).join(",");
  return `\uFEFF${rows.map(line).join("\r\n")}\r\n`;
}

/** With an apostrophe before what a spreadsheet would take for a formula; the server takes it away when it reads. */
function safeCell(text: string): string {
  return /^[ ']*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Offer `text` as a download. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
