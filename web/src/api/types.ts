/** The HTTP shapes, as docs and backend agree on them. Times are ISO 8601 in UTC. */

export interface School {
  school_id: string;
  name: string;
}

export interface Me {
  user_id: string;
  name: string;
  roles: ("admin" | "teacher" | "onsite")[];
  school: School | null;
}

export interface Site {
  is_demo: boolean;
  doors_open: boolean;
  product: string;
  /** Where camera and microphone work when this page came over plain http. */
  https_url: string | null;
  host_names: string[];
}

export type Door = "teach" | "classroom" | "county";

export interface ClassroomRow {
  classroom_id: string;
  name: string;
  school_id: string;
  school_name: string;
  may_be_recorded: boolean;
  is_simulated: boolean;
}

export interface Teacher {
  user_id: string;
  name: string;
}

export interface LessonDraft {
  title: string;
  subject: string;
  starts_at: string;
  duration_min: number;
  lead_id?: string;
  classroom_ids: string[];
  recorded: boolean;
}

export interface Seat {
  seat_id: string;
  classroom_id: string;
  classroom_name: string;
  school_name: string;
  may_be_recorded: boolean;
  is_simulated: boolean;
}

export type LessonState = "waiting" | "live" | "ended";
export type StaffRole = "lead" | "assistant" | "observer";

export interface Lesson {
  lesson_id: string;
  title: string;
  subject: string;
  starts_at: string;
  duration_min: number;
  ends_at: string;
  recorded: boolean;
  state: LessonState;
  started_at: string | null;
  ended_at: string | null;
  end_reason: string | null;
  lead: { user_id: string; name: string };
  seats: Seat[];
  recording_id: string | null;
  is_demo: boolean;
  is_rehearsal: boolean;
  my_roles: StaffRole[];
  my_seats: string[];
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Ticket {
  token: string;
  signal_url: string;
  lesson_id: string;
  participant_id: string;
  role: StaffRole | "classroom";
  expires_at: string;
}

export interface Pairing {
  code: string;
  url: string;
  expires_at: string;
}

export interface PresenceSpan {
  from: string;
  to: string | null;
  ended_by: "left" | "lost" | "lesson_ended" | null;
}

export interface AttendanceRow {
  participant_id: string;
  role: StaffRole | "classroom";
  name: string;
  school: string;
  first_joined_at: string;
  last_left_at: string | null;
  present_s: number;
  is_late: boolean;
  left_early: boolean;
  cuts: number;
  cut_s: number;
  is_present_now: boolean;
  spans: PresenceSpan[];
}

export interface Attendance {
  lesson_id: string;
  title: string;
  started_at: string | null;
  ended_at: string | null;
  planned_start: string;
  planned_end: string;
  rows: AttendanceRow[];
}

export type RecordingState = "recording" | "finalizing" | "available" | "failed";

export interface RecordingRow {
  recording_id: string;
  lesson_id: string;
  title: string;
  subject: string;
  teacher: string;
  started_at: string;
  duration_ms: number;
  state: RecordingState;
  size_bytes: number;
}

export interface RecordingTrack {
  track_id: string;
  participant_id: string;
  name: string;
  school: string;
  role: StaffRole | "classroom";
  source: "camera" | "microphone" | "screen";
  kind: "audio" | "video";
  codec: string;
  /** On the lesson time line: 0 is the start of the lesson. */
  starts_ms: number;
  duration_ms: number;
  url: string;
  mime: string;
}

export type ChapterKind =
  | "started"
  | "called_up"
  | "sent_down"
  | "floor_opened"
  | "floor_closed"
  | "hand_raised"
  | "resumed";

export interface Chapter {
  at_ms: number;
  kind: ChapterKind;
  participant_id: string | null;
  name: string | null;
}

export interface Recording extends Omit<RecordingRow, "size_bytes"> {
  failure: string | null;
  tracks: RecordingTrack[];
  stage: { at_ms: number; on_stage: string[] }[];
  chapters: Chapter[];
  gaps: { from_ms: number; to_ms: number; reason: string }[];
}
