/** The county's people: teachers and office. */
import { client, unwrap } from "./client";
import type { AuditQuery, StaffDraft } from "./types";

/** The first hundred; `text` is part of the name, or of the school's. */
export const listTeachers = (query: { text?: string; school_id?: string } = {}) =>
  unwrap(client.GET("/api/v1/teachers", { params: { query } }));
export const listColleagues = (text = "") =>
  unwrap(client.GET("/api/v1/colleagues", { params: { query: { text } } }));

export const listStaff = (query: { text?: string; after?: string } = {}) =>
  unwrap(client.GET("/api/v1/staff", { params: { query } }));
export const addStaff = (draft: StaffDraft) =>
  unwrap(client.POST("/api/v1/staff", { body: draft }));
const byUser = (user_id: string) => ({ params: { path: { user_id } } });
export const changeStaff = (id: string, draft: StaffDraft) =>
  unwrap(client.PUT("/api/v1/staff/{user_id}", { ...byUser(id), body: draft }));
export const inviteStaff = (id: string) =>
  unwrap(client.POST("/api/v1/staff/{user_id}/invitation", byUser(id)));
export const listStaffSessions = (id: string) =>
  unwrap(client.GET("/api/v1/staff/{user_id}/sessions", byUser(id)));
export const signOutStaff = (id: string) =>
  unwrap(client.DELETE("/api/v1/staff/{user_id}/sessions", byUser(id)));
export const closeStaff = (id: string) =>
  unwrap(client.DELETE("/api/v1/staff/{user_id}", byUser(id)));
export const reopenStaff = (id: string) =>
  unwrap(client.POST("/api/v1/staff/{user_id}/reopening", byUser(id)));
export const listAudit = (query: AuditQuery) =>
  unwrap(client.GET("/api/v1/audit", { params: { query } }));
export const checkInvitation = (token: string) =>
  unwrap(client.POST("/api/v1/invitations/check", { body: { token } }));
export const acceptInvitation = (token: string, password: string) =>
  unwrap(client.POST("/api/v1/invitations/accept", { body: { token, password } }));
