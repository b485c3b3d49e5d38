/** Short names for the shapes of the HTTP interface; the shapes themselves are generated. Times are ISO 8601, UTC. */
import type { components, operations } from "../generated/api";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type School = Schemas["SchoolName"];
export type Site = Schemas["Site"];
export type ClassroomRow = Schemas["ClassroomBody"];
export type LinkTestFigures = Schemas["LinkTestResult"];
export type Teacher = Schemas["TeacherBody"];
export type LessonDraft = Schemas["LessonDraft"];
export type Lesson = Schemas["LessonBody"];
export type Seat = Schemas["SeatBody"];
export type LessonState = Lesson["state"];
export type StaffRole = NonNullable<Schemas["Place"]["role"]>;
export type Door = operations["open_door"]["parameters"]["path"]["door"];
/** Somebody's place in a lesson: a role of the staff, or a seat. */
export type Place = { role: StaffRole } | { seat_id: string };
export type Ticket = Schemas["TicketBody"];
export type Pairing = Schemas["PairingBody"];
export type Attendance = Schemas["AttendanceBody"];
export type AttendanceRow = Schemas["AttendanceRowBody"];
export type PresenceSpan = Schemas["SpanBody"];
export type RecordingRow = Schemas["RecordingItem"];
export type InterruptedRecording = Schemas["InterruptedItem"];
export type InterruptedProblem = Schemas["ProblemBody"];
export type LostPart = Schemas["LostBody"];
export type Recording = Schemas["ReplayBody"];
export type RecordingState = Recording["state"];
export type RecordingTrack = Schemas["TrackBody"];
export type Chapter = Schemas["ChapterBody"];
export type ChapterKind = Chapter["kind"];
export type RecordingSearch = NonNullable<operations["list_recordings"]["parameters"]["query"]>;
export type RecordingChoices = Schemas["ChoicesBody"];
export type DeletionRow = Schemas["DeletionItem"];
export type Sharing = Schemas["SharingBody"];
export type ShareLink = Schemas["LinkBody"];
export type ShareLinkDraft = Schemas["LinkDraft"];
export type NewShareLink = Schemas["NewLinkBody"];
export type ClassroomConsents = Schemas["ClassroomConsents"];
export type ConsentAnswer = Schemas["AnswerBody"];
export type Purpose = ConsentAnswer["purpose"];
export type Film = Schemas["FilmBody"];
export type FilmMaking = Schemas["MakingBody"];
export type WatchableFilm = Schemas["WatchableBody"];
export type LeftOut = Schemas["LeftOutBody"];
