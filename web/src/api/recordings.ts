/** Recordings: found, watched, kept for so long. */
import { client, unwrap } from "./client";
import { byRecording } from "./params";
import type { Captions, RecordingSearch, WatchReport } from "./types";

export const listRecordings = (query: RecordingSearch = {}) =>
  unwrap(client.GET("/api/v1/recordings", { params: { query } }));
export const listInterruptedRecordings = () => unwrap(client.GET("/api/v1/recordings/interrupted"));
export const finishRecording = (id: string) =>
  unwrap(client.POST("/api/v1/recordings/{recording_id}/finish", byRecording(id)));
export const listRecordingChoices = () => unwrap(client.GET("/api/v1/recordings/choices"));
export const getFilm = (recordingId: string) =>
  unwrap(client.GET("/api/v1/recordings/{recording_id}/film", byRecording(recordingId)));
export const makeFilm = (recordingId: string) =>
  unwrap(
    client.POST("/api/v1/recordings/{recording_id}/film", {
      ...byRecording(recordingId),
      body: { purpose: "shared" },
    }),
  );
export const getRecording = (id: string) =>
  unwrap(client.GET("/api/v1/recordings/{recording_id}", byRecording(id)));
export const deleteRecording = (id: string) =>
  unwrap(client.DELETE("/api/v1/recordings/{recording_id}", byRecording(id)));
export const listDeletions = (after?: string) =>
  unwrap(client.GET("/api/v1/deletions", { params: { query: after ? { after } : {} } }));

export const getRetention = () => unwrap(client.GET("/api/v1/retention"));
/** The request outlives the page, for it is also sent while somebody leaves. */
export const reportWatched = (id: string, report: WatchReport) =>
  unwrap(
    client.POST("/api/v1/recordings/{recording_id}/watched", {
      ...byRecording(id),
      body: report,
      keepalive: true,
    }),
  );
export const saveCaptions = (id: string, draft: Captions) =>
  unwrap(
    client.PUT("/api/v1/recordings/{recording_id}/captions", { ...byRecording(id), body: draft }),
  );
/** The file goes as it is: only the server knows whether it is UTF-8. */
export const uploadCaptions = (id: string, revision: number, file: Blob) =>
  unwrap(
    client.PUT("/api/v1/recordings/{recording_id}/captions.vtt", {
      params: { path: { recording_id: id }, query: { revision } },
      body: "",
      bodySerializer: () => file,
      headers: { "Content-Type": "text/vtt" },
    }),
  );
export const captionsUrl = (id: string) =>
  `/api/v1/recordings/${encodeURIComponent(id)}/captions.vtt`;
