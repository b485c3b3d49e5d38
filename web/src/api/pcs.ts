/** Classrooms' PCs: set up, at work, how they do. */
import { client, unwrap } from "./client";
import { byId } from "./params";
import type { DeviceStates, HealthQuery, PcCodeKind, SetupSystem } from "./types";

export const checkIn = () => unwrap(client.POST("/api/v1/classroom/check-in"));
export const reportPcClock = (ahead_ms: number) =>
  unwrap(client.PUT("/api/v1/classroom/clock", { body: { ahead_ms } }));
export const issuePcTicket = (id: string) =>
  unwrap(client.POST("/api/v1/classroom/lessons/{id}/ticket", byId(id)));
export const listClassroomHealth = (query: HealthQuery, after?: string) =>
  unwrap(
    client.GET("/api/v1/classroom-health", {
      params: { query: { ...query, ...(after !== undefined && { after }) } },
    }),
  );
export const tellDevices = (body: DeviceStates) =>
  unwrap(client.POST("/api/v1/classroom/devices", { body }));
export const listPcs = (
  query: { text?: string; classroom_id?: string; limit?: number; after?: string } = {},
) => unwrap(client.GET("/api/v1/classroom-pcs", { params: { query } }));
export const removePc = (pc_id: string) =>
  unwrap(client.DELETE("/api/v1/classroom-pcs/{pc_id}", { params: { path: { pc_id } } }));
export const issuePcCode = (classroom_id: string, kind: PcCodeKind) =>
  unwrap(
    client.POST("/api/v1/classrooms/{classroom_id}/pc-codes", {
      params: { path: { classroom_id } },
      body: { kind },
    }),
  );
export const downloadSetup = (system: SetupSystem, code: string) =>
  unwrap(
    client.POST("/api/v1/setup-files/{system}", {
      params: { path: { system } },
      body: { code },
      parseAs: "blob",
    }),
  );
