/** Personal data: what is kept, who looked at it, what one pupil may have out or erased. */
import { client, unwrap } from "./client";
import { inFile } from "./params";
import type { AccessQuery } from "./types";

export const listAccesses = (query: AccessQuery) =>
  unwrap(client.GET("/api/v1/access-log", { params: { query } }));
/** Address of the same as a file, by the county's clock. */
export function accessLogFile({ by, action, from, to }: AccessQuery, language: string): string {
  const query = new URLSearchParams({
    ...(by && { by }),
    ...(action && { action }),
    ...(from && { from }),
    ...(to && { to }),
    ...inFile(language),
  });
  return `/api/v1/access-log.csv?${query}`;
}
export const getDataMap = (language: string) =>
  unwrap(
    client.GET("/api/v1/data-map", {
      params: { query: { language: language === "en" ? "en" : "zh" } },
    }),
  );
export const erasePupil = (pupil_id: string) =>
  unwrap(client.DELETE("/api/v1/pupils/{pupil_id}", { params: { path: { pupil_id } } }));
/** Address of everything about one pupil, as a file. */
export const pupilFile = (id: string) => `/api/v1/pupils/${encodeURIComponent(id)}/export`;
