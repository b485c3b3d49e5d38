import { client, unwrap } from "./client";
import type { Door, LessonDraft, LessonState, LinkTestFigures, Place } from "./types";

const byId = (id: string) => ({ params: { path: { id } } });

export const getSite = () => unwrap(client.GET("/api/v1/site"));
export const getMe = () => unwrap(client.GET("/api/v1/auth/me"));
export const signIn = (login: string, password: string) =>
  unwrap(client.POST("/api/v1/auth/session", { body: { login, password } }));
export const signOut = () => unwrap(client.DELETE("/api/v1/auth/session"));
export const openDoor = (door: Door) =>
  unwrap(client.POST("/api/v1/demo/doors/{door}", { params: { path: { door } } }));

export const listClassrooms = () => unwrap(client.GET("/api/v1/classrooms"));
export const listTeachers = () => unwrap(client.GET("/api/v1/teachers"));

export const listLessons = (query: { state?: LessonState; limit?: number; before?: string } = {}) =>
  unwrap(client.GET("/api/v1/lessons", { params: { query } }));
export const createLesson = (draft: LessonDraft) =>
  unwrap(client.POST("/api/v1/lessons", { body: draft }));
export const createRehearsal = () => unwrap(client.POST("/api/v1/rehearsals"));
export const getLesson = (id: string) => unwrap(client.GET("/api/v1/lessons/{id}", byId(id)));
export const getAttendance = (id: string) =>
  unwrap(client.GET("/api/v1/lessons/{id}/attendance", byId(id)));
export const attendanceCsvUrl = (id: string) =>
  `/api/v1/lessons/${encodeURIComponent(id)}/attendance.csv`;

export const issueTicket = (id: string, place: Place) =>
  unwrap(client.POST("/api/v1/lessons/{id}/tickets", { ...byId(id), body: place }));
export const issuePairing = (id: string, seatId: string) =>
  unwrap(
    client.POST("/api/v1/lessons/{id}/seats/{seat_id}/pairing", {
      params: { path: { id, seat_id: seatId } },
    }),
  );
export const pair = (code: string) => unwrap(client.POST("/api/v1/pairing", { body: { code } }));

const withTicket = (token: string) => ({
  params: { header: { "X-Tongtang-Ticket": token } },
});
export const openLinkProbe = (token: string, sdp: string) =>
  unwrap(client.POST("/api/v1/link-tests/probes", { ...withTicket(token), body: { sdp } }));
export const keepLinkTest = (token: string, result: LinkTestFigures) =>
  unwrap(client.POST("/api/v1/link-tests", { ...withTicket(token), body: result }));

export const listRecordings = (query: { limit?: number; before?: string } = {}) =>
  unwrap(client.GET("/api/v1/recordings", { params: { query } }));
export const listInterruptedRecordings = () => unwrap(client.GET("/api/v1/recordings/interrupted"));
export const finishRecording = (id: string) =>
  unwrap(
    client.POST("/api/v1/recordings/{recording_id}/finish", {
      params: { path: { recording_id: id } },
    }),
  );
export const getRecording = (id: string) =>
  unwrap(
    client.GET("/api/v1/recordings/{recording_id}", {
      params: { path: { recording_id: id } },
    }),
  );
