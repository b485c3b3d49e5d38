/** What pupils and their guardians agreed to. */
import { client, unwrap } from "./client";
import { asFile, byClassroom } from "./params";
import type { PupilAnswerDraft, Purpose } from "./types";

export const listConsents = (query: { text?: string; after?: string } = {}) =>
  unwrap(client.GET("/api/v1/consents", { params: { query } }));
export const getConsentSheet = (id: string) =>
  unwrap(client.GET("/api/v1/classrooms/{classroom_id}/consents", byClassroom(id)));
export const enterPupilConsents = (id: string, answers: PupilAnswerDraft[]) =>
  unwrap(
    client.PUT("/api/v1/classrooms/{classroom_id}/consents", {
      ...byClassroom(id),
      body: { answers },
    }),
  );
export const checkConsentSheet = (id: string, file: File) =>
  unwrap(
    client.POST("/api/v1/classrooms/{classroom_id}/consents/sheet/check", {
      ...byClassroom(id),
      ...asFile(file),
    }),
  );
export const enterConsentSheet = (id: string, file: File) =>
  unwrap(
    client.POST("/api/v1/classrooms/{classroom_id}/consents/sheet", {
      ...byClassroom(id),
      ...asFile(file),
    }),
  );
export const enterConsent = (classroomId: string, purpose: Purpose, isGranted: boolean) =>
  unwrap(
    client.PUT("/api/v1/classrooms/{classroom_id}/consents/{purpose}", {
      params: { path: { classroom_id: classroomId, purpose } },
      body: { is_granted: isGranted },
    }),
  );
