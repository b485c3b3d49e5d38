/** Term plans: school groups, courses, days off. */
import { client, unwrap } from "./client";
import { asFile } from "./params";
import type { CancelReason, CourseDraft, HolidayDraft, SchoolGroupDraft, TermDraft } from "./types";

export const listTerms = () => unwrap(client.GET("/api/v1/terms"));
export const addTerm = (body: TermDraft) => unwrap(client.POST("/api/v1/terms", { body }));
export const getTerm = (term_id: string) =>
  unwrap(client.GET("/api/v1/terms/{term_id}", { params: { path: { term_id } } }));
export const renameTerm = (term_id: string, name: string) =>
  unwrap(client.PUT("/api/v1/terms/{term_id}", { params: { path: { term_id } }, body: { name } }));
export const renameSchoolGroup = (group_id: string, name: string) =>
  unwrap(
    client.PUT("/api/v1/school-groups/{group_id}", {
      params: { path: { group_id } },
      body: { name },
    }),
  );
export const listSchoolGroups = () => unwrap(client.GET("/api/v1/school-groups"));
export const addSchoolGroup = (body: SchoolGroupDraft) =>
  unwrap(client.POST("/api/v1/school-groups", { body }));
export const addHoliday = (term_id: string, body: HolidayDraft) =>
  unwrap(client.POST("/api/v1/terms/{term_id}/holidays", { params: { path: { term_id } }, body }));
const byHoliday = (holiday_id: string) => ({ params: { path: { holiday_id } } });
export const moveHoliday = (id: string, day: string, name: string) =>
  unwrap(client.PUT("/api/v1/holidays/{holiday_id}", { ...byHoliday(id), body: { day, name } }));
export const removeHoliday = (id: string) =>
  unwrap(client.DELETE("/api/v1/holidays/{holiday_id}", byHoliday(id)));
const ofGroup = (term_id: string, group_id: string) => ({
  params: { path: { term_id, group_id } },
});
export const getGroupPlan = (term: string, group: string) =>
  unwrap(client.GET("/api/v1/terms/{term_id}/groups/{group_id}", ofGroup(term, group)));
export const checkPlan = (term: string, group: string, file: File) =>
  unwrap(
    client.POST("/api/v1/terms/{term_id}/groups/{group_id}/plan/check", {
      ...ofGroup(term, group),
      ...asFile(file),
    }),
  );
export const importPlan = (term: string, group: string, file: File) =>
  unwrap(
    client.POST("/api/v1/terms/{term_id}/groups/{group_id}/plan", {
      ...ofGroup(term, group),
      ...asFile(file),
    }),
  );
const byCourse = (course_id: string) => ({ params: { path: { course_id } } });
/** What lessons a new course has; nothing is planned yet. */
export const checkCourse = (term: string, group: string, body: CourseDraft) =>
  unwrap(
    client.POST("/api/v1/terms/{term_id}/groups/{group_id}/courses/check", {
      ...ofGroup(term, group),
      body,
    }),
  );
export const addCourse = (term: string, group: string, body: CourseDraft) =>
  unwrap(
    client.POST("/api/v1/terms/{term_id}/groups/{group_id}/courses", {
      ...ofGroup(term, group),
      body,
    }),
  );
export const checkCourseChange = (id: string, body: CourseDraft) =>
  unwrap(client.POST("/api/v1/courses/{course_id}/check", { ...byCourse(id), body }));
export const changeCourse = (id: string, body: CourseDraft) =>
  unwrap(client.PUT("/api/v1/courses/{course_id}", { ...byCourse(id), body }));
export const endCourse = (id: string, reason: CancelReason) =>
  unwrap(client.POST("/api/v1/courses/{course_id}/end", { ...byCourse(id), body: { reason } }));
