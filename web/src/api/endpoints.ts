import { client, unwrap } from "./client";
import type { Door, LessonDraft, LessonState, StaffRole } from "./types";

const byId = (id: string) => ({ params: { path: { id } } });

export const getSite = () => unwrap(client.GET("/site"));
export const getMe = () => unwrap(client.GET("/auth/me"));
export const signIn = (login: string, password: string) =>
  unwrap(client.POST("/auth/session", { body: { login, password } }));
export const signOut = () => unwrap(client.DELETE("/auth/session"));
export const openDoor = (door: Door) =>
  unwrap(client.POST("/demo/doors/{door}", { params: { path: { door } } }));

export const listClassrooms = () => unwrap(client.GET("/classrooms"));
export const listTeachers = () => unwrap(client.GET("/teachers"));

export const listLessons = (query: { state?: LessonState; limit?: number; before?: string } = {}) =>
  unwrap(client.GET("/lessons", { params: { query } }));
export const createLesson = (draft: LessonDraft) =>
  unwrap(client.POST("/lessons", { body: draft }));
export const createRehearsal = () => unwrap(client.POST("/rehearsals"));
export const getLesson = (id: string) => unwrap(client.GET("/lessons/{id}", byId(id)));
export const getAttendance = (id: string) =>
  unwrap(client.GET("/lessons/{id}/attendance", byId(id)));
export const attendanceCsvUrl = (id: string) =>
  `/api/v1/lessons/${encodeURIComponent(id)}/attendance.csv`;

export const issueTicket = (id: string, place: { seat_id: string } | { role: StaffRole }) =>
  unwrap(client.POST("/lessons/{id}/tickets", { ...byId(id), body: place }));
export const issuePairing = (id: string, seatId: string) =>
  unwrap(
    client.POST("/lessons/{id}/seats/{seat_id}/pairing", {
      params: { path: { id, seat_id: seatId } },
    }),
  );
export const pair = (code: string) => unwrap(client.POST("/pairing", { body: { code } }));

export const listRecordings = (query: { limit?: number; before?: string } = {}) =>
  unwrap(client.GET("/recordings", { params: { query } }));
export const getRecording = (id: string) => unwrap(client.GET("/recordings/{id}", byId(id)));
