/** The timetable, and ways into a lesson. */
import { client, unwrap } from "./client";
import { byId } from "./params";
import type { CancelReason, HelperDraft, LessonDraft, LessonQuery, Place } from "./types";

export const listLessons = (query: LessonQuery) =>
  unwrap(client.GET("/api/v1/lessons", { params: { query } }));
export const createLesson = (draft: LessonDraft) =>
  unwrap(client.POST("/api/v1/lessons", { body: draft }));
export const addLessonStaff = (id: string, staff: HelperDraft) =>
  unwrap(client.POST("/api/v1/lessons/{id}/staff", { ...byId(id), body: staff }));
export const inviteGuest = (id: string, name: string) =>
  unwrap(client.POST("/api/v1/lessons/{id}/guest", { ...byId(id), body: { name } }));
export const checkGuest = (token: string) =>
  unwrap(client.POST("/api/v1/guests/check", { body: { token } }));
export const enterAsGuest = (token: string) =>
  unwrap(client.POST("/api/v1/guests/enter", { body: { token } }));
export const removeLessonStaff = (id: string, user_id: string) =>
  unwrap(
    client.DELETE("/api/v1/lessons/{id}/staff/{user_id}", { params: { path: { id, user_id } } }),
  );
export const clearHelp = (id: string, participant_id: string) =>
  unwrap(
    client.DELETE("/api/v1/lessons/{id}/help/{participant_id}", {
      params: { path: { id, participant_id } },
    }),
  );
export const moveLesson = (id: string, starts_at: string) =>
  unwrap(client.POST("/api/v1/lessons/{id}/move", { ...byId(id), body: { starts_at } }));
export const substituteTeacher = (id: string, lead_id: string) =>
  unwrap(client.POST("/api/v1/lessons/{id}/substitution", { ...byId(id), body: { lead_id } }));
export const cancelLesson = (id: string, reason: CancelReason) =>
  unwrap(client.POST("/api/v1/lessons/{id}/cancellation", { ...byId(id), body: { reason } }));
export const restoreLesson = (id: string) =>
  unwrap(client.POST("/api/v1/lessons/{id}/restoration", byId(id)));
export const createRehearsal = () => unwrap(client.POST("/api/v1/rehearsals"));
export const getLesson = (id: string) => unwrap(client.GET("/api/v1/lessons/{id}", byId(id)));
export const issueTicket = (id: string, place: Place) =>
  unwrap(client.POST("/api/v1/lessons/{id}/tickets", { ...byId(id), body: place }));
export const issuePairing = (id: string, seatId: string) =>
  unwrap(
    client.POST("/api/v1/lessons/{id}/seats/{seat_id}/pairing", {
      params: { path: { id, seat_id: seatId } },
    }),
  );
export const pair = (code: string) => unwrap(client.POST("/api/v1/pairing", { body: { code } }));
