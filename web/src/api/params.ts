/** Pieces of requests that more than one topic sends. */
import { offsetMin, TIME_ZONE } from "../zone";

export const byRecording = (recording_id: string) => ({ params: { path: { recording_id } } });

/** How words and times stand in a file. */
export const inFile = (language: string) => ({
  language: language === "en" ? "en" : "zh",
  utc_offset_min: String(offsetMin(new Date(), TIME_ZONE)),
});
export const byId = (id: string) => ({ params: { path: { id } } });

export const byClassroom = (classroom_id: string) => ({ params: { path: { classroom_id } } });
/** A file goes as it is; the generated types know it as a string. */
export const asFile = (file: File) => ({
  body: file as unknown as string,
  bodySerializer: () => file,
  headers: { "Content-Type": "application/octet-stream" },
});
