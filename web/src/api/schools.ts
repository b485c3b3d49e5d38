/** Schools, their classrooms and rosters. */
import { client, unwrap } from "./client";
import { asFile, byClassroom } from "./params";
import type { ClassroomSearch } from "./types";

export const listClassrooms = (query: ClassroomSearch = {}) =>
  unwrap(client.GET("/api/v1/classrooms", { params: { query } }));
export const listSchools = (query: { text?: string; group_id?: string; after?: string } = {}) =>
  unwrap(client.GET("/api/v1/schools", { params: { query } }));
/** All of them, to choose from. */
export const listSchoolNames = () => unwrap(client.GET("/api/v1/school-names"));
export const addSchool = (name: string) =>
  unwrap(client.POST("/api/v1/schools", { body: { name } }));
export const renameSchool = (school_id: string, name: string) =>
  unwrap(
    client.PUT("/api/v1/schools/{school_id}", { params: { path: { school_id } }, body: { name } }),
  );
export const addClassroom = (school_id: string, name: string) =>
  unwrap(
    client.POST("/api/v1/schools/{school_id}/classrooms", {
      params: { path: { school_id } },
      body: { name },
    }),
  );
export const renameClassroom = (classroom_id: string, name: string) =>
  unwrap(
    client.PUT("/api/v1/classrooms/{classroom_id}", {
      params: { path: { classroom_id } },
      body: { name },
    }),
  );

export const getRoster = (id: string) =>
  unwrap(client.GET("/api/v1/classrooms/{classroom_id}/roster", byClassroom(id)));
export const checkRoster = (id: string, file: File) =>
  unwrap(
    client.POST("/api/v1/classrooms/{classroom_id}/roster/check", {
      ...byClassroom(id),
      ...asFile(file),
    }),
  );
export const replaceRoster = (id: string, file: File) =>
  unwrap(
    client.PUT("/api/v1/classrooms/{classroom_id}/roster", { ...byClassroom(id), ...asFile(file) }),
  );
