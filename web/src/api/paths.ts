import type {
  Attendance,
  ClassroomRow,
  Door,
  Lesson,
  LessonDraft,
  LessonState,
  Me,
  Page,
  Pairing,
  Recording,
  RecordingRow,
  Site,
  StaffRole,
  Teacher,
  Ticket,
} from "./types";

interface Failure {
  code: string;
  message: string;
  errors?: { field: string; message: string }[];
}

interface Parameters {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
}

/** One operation in the shape that openapi-fetch reads. */
type Operation<Answer, Params extends Parameters = object, Body = never> = {
  parameters: Params;
  responses: {
    200: { content: { "application/json": Answer } };
    default: { content: { "application/json": Failure } };
  };
} & ([Body] extends [never] ? object : { requestBody: { content: { "application/json": Body } } });

type ById = { path: { id: string } };

/** The paths of the HTTP contract, by hand. */
export interface paths {
  "/site": { get: Operation<Site> };
  "/auth/session": {
    post: Operation<Me, object, { login: string; password: string }>;
    delete: Operation<undefined>;
  };
  "/auth/me": { get: Operation<Me> };
  "/demo/doors/{door}": { post: Operation<{ redirect: string }, { path: { door: Door } }> };
  "/classrooms": { get: Operation<ClassroomRow[]> };
  "/teachers": { get: Operation<Teacher[]> };
  "/lessons": {
    get: Operation<
      Page<Lesson>,
      { query?: { state?: LessonState; limit?: number; before?: string } }
    >;
    post: Operation<Lesson, object, LessonDraft>;
  };
  "/lessons/{id}": { get: Operation<Lesson, ById> };
  "/lessons/{id}/start": { post: Operation<Lesson, ById> };
  "/lessons/{id}/end": { post: Operation<Lesson, ById> };
  "/lessons/{id}/tickets": {
    post: Operation<Ticket, ById, { seat_id: string } | { role: StaffRole }>;
  };
  "/lessons/{id}/seats/{seat_id}/pairing": {
    post: Operation<Pairing, { path: { id: string; seat_id: string } }>;
  };
  "/lessons/{id}/attendance": { get: Operation<Attendance, ById> };
  "/pairing": { post: Operation<Ticket, object, { code: string }> };
  "/rehearsals": { post: Operation<Lesson> };
  "/recordings": {
    get: Operation<Page<RecordingRow>, { query?: { limit?: number; before?: string } }>;
  };
  "/recordings/{id}": { get: Operation<Recording, ById> };
}
