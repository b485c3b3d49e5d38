import { offsetMin, TIME_ZONE } from "../zone";
import { client, unwrap } from "./client";
import type {
  AccessQuery,
  AuditQuery,
  CancelReason,
  Captions,
  ClassroomSearch,
  CorrectionDraft,
  CourseDraft,
  DeviceStates,
  Door,
  HealthQuery,
  HelperDraft,
  HolidayDraft,
  LedgerGrouping,
  LedgerQuery,
  LessonDraft,
  LessonQuery,
  LinkTestFigures,
  PcCodeKind,
  Place,
  PupilAnswerDraft,
  Purpose,
  RecordingSearch,
  RollCallDraft,
  SchoolGroupDraft,
  SetupSystem,
  ShareLinkDraft,
  StaffDraft,
  StepName,
  TermDraft,
  WatchReport,
} from "./types";

/** How words and times stand in a file. */
const inFile = (language: string) => ({
  language: language === "en" ? "en" : "zh",
  utc_offset_min: String(offsetMin(new Date(), TIME_ZONE)),
});
const byId = (id: string) => ({ params: { path: { id } } });

export const getSite = () => unwrap(client.GET("/api/v1/site"));
export const getMe = () => unwrap(client.GET("/api/v1/auth/me"));
export const signIn = (login: string, password: string, code?: string) =>
  unwrap(
    client.POST("/api/v1/auth/session", {
      body: { login, password, ...(code !== undefined && { code }) },
    }),
  );
export const signOut = () => unwrap(client.DELETE("/api/v1/auth/session"));
export const openDoor = (door: Door) =>
  unwrap(client.POST("/api/v1/demo/doors/{door}", { params: { path: { door } } }));

export const getAccount = () => unwrap(client.GET("/api/v1/account"));
export const changePassword = (old_password: string, new_password: string) =>
  unwrap(client.PUT("/api/v1/account/password", { body: { old_password, new_password } }));
export const endSession = (session_id: string) =>
  unwrap(
    client.DELETE("/api/v1/account/sessions/{session_id}", { params: { path: { session_id } } }),
  );
export const beginSecondFactor = () => unwrap(client.POST("/api/v1/account/second-factor"));
export const confirmSecondFactor = (code: string) =>
  unwrap(client.POST("/api/v1/account/second-factor/confirmation", { body: { code } }));
export const removeSecondFactor = (password: string) =>
  unwrap(client.POST("/api/v1/account/second-factor/removal", { body: { password } }));

export const listClassrooms = (query: ClassroomSearch = {}) =>
  unwrap(client.GET("/api/v1/classrooms", { params: { query } }));
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
export const listAccesses = (query: AccessQuery) =>
  unwrap(client.GET("/api/v1/access-log", { params: { query } }));
/** Address of the same as a file, by the county's clock. */
export function accessLogFile({ by, action, from, to }: AccessQuery, language: string): string {
  const query = new URLSearchParams({
    ...(by && { by }),
    ...(action && { action }),
    ...(from && { from }),
    ...(to && { to }),
    ...inFile(language),
  });
  return `/api/v1/access-log.csv?${query}`;
}
export const getServer = () => unwrap(client.GET("/api/v1/server"));
export const getDataMap = (language: string) =>
  unwrap(
    client.GET("/api/v1/data-map", {
      params: { query: { language: language === "en" ? "en" : "zh" } },
    }),
  );
export const erasePupil = (pupil_id: string) =>
  unwrap(client.DELETE("/api/v1/pupils/{pupil_id}", { params: { path: { pupil_id } } }));
/** Address of everything about one pupil, as a file. */
export const pupilFile = (id: string) => `/api/v1/pupils/${encodeURIComponent(id)}/export`;
export const listAudit = (query: AuditQuery) =>
  unwrap(client.GET("/api/v1/audit", { params: { query } }));
export const checkInvitation = (token: string) =>
  unwrap(client.POST("/api/v1/invitations/check", { body: { token } }));
export const acceptInvitation = (token: string, password: string) =>
  unwrap(client.POST("/api/v1/invitations/accept", { body: { token, password } }));

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

const byClassroom = (classroom_id: string) => ({ params: { path: { classroom_id } } });
/** A file goes as it is; the generated types know it as a string. */
const asFile = (file: File) => ({
  body: file as unknown as string,
  bodySerializer: () => file,
  headers: { "Content-Type": "application/octet-stream" },
});
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
export const getAttendance = (id: string) =>
  unwrap(client.GET("/api/v1/lessons/{id}/attendance", byId(id)));
/** The roll of a classroom: with the ticket of its seat, or as who is signed in. */
const ofRoll = (id: string, seatId: string, ticket?: string) => ({
  params: {
    path: { id, seat_id: seatId },
    header: ticket === undefined ? {} : { "X-Tongtang-Ticket": ticket },
  },
});
export const getRollCall = (id: string, seatId: string, ticket?: string) =>
  unwrap(client.GET("/api/v1/lessons/{id}/seats/{seat_id}/roll-call", ofRoll(id, seatId, ticket)));
/** The request outlives the page, for it is also sent while somebody leaves. */
export const saveRollCall = (id: string, seatId: string, draft: RollCallDraft, ticket?: string) =>
  unwrap(
    client.PATCH("/api/v1/lessons/{id}/seats/{seat_id}/roll-call", {
      ...ofRoll(id, seatId, ticket),
      body: draft,
      keepalive: true,
    }),
  );

const PAGE_ROWS = 100;
export const listLedger = (query: LedgerQuery, after?: string) =>
  unwrap(
    client.GET("/api/v1/ledger", {
      params: { query: { ...query, limit: PAGE_ROWS, ...(after !== undefined && { after }) } },
    }),
  );
export const listLedgerTotals = (query: LedgerQuery, by: LedgerGrouping, after?: string) =>
  unwrap(
    client.GET("/api/v1/ledger/totals", {
      params: { query: { ...query, by, ...(after !== undefined && { after }) } },
    }),
  );
/** Days and weeks of it begin at midnight in `zone`. */
export const listLedgerSteps = (query: LedgerQuery, step: StepName, zone: string) =>
  unwrap(
    client.GET("/api/v1/ledger/steps", {
      params: { query: { ...query, step, utc_offset_min: offsetMin(new Date(query.from), zone) } },
    }),
  );
export const getPupilAttendance = (
  classroom_id: string,
  { from, to, teacher_id, subject }: LedgerQuery,
) =>
  unwrap(
    client.GET("/api/v1/classrooms/{classroom_id}/pupil-attendance", {
      params: {
        path: { classroom_id },
        query: {
          from,
          to,
          ...(teacher_id && { teacher_id }),
          ...(subject && { subject }),
        },
      },
    }),
  );
const ofSeat = (id: string, seat_id: string) => ({ params: { path: { id, seat_id } } });
export const correctLedger = (id: string, seatId: string, draft: CorrectionDraft) =>
  unwrap(
    client.POST("/api/v1/lessons/{id}/seats/{seat_id}/ledger-corrections", {
      ...ofSeat(id, seatId),
      body: draft,
    }),
  );
export const listLedgerCorrections = (id: string, seatId: string) =>
  unwrap(client.GET("/api/v1/lessons/{id}/seats/{seat_id}/ledger-corrections", ofSeat(id, seatId)));

/** Address of the attendance of a lesson as a file, by the county's clock. */
export function attendanceCsvUrl(id: string, language: string): string {
  const query = new URLSearchParams(inFile(language));
  return `/api/v1/lessons/${encodeURIComponent(id)}/attendance.csv?${query}`;
}

export const issueTicket = (id: string, place: Place) =>
  unwrap(client.POST("/api/v1/lessons/{id}/tickets", { ...byId(id), body: place }));
export const issuePairing = (id: string, seatId: string) =>
  unwrap(
    client.POST("/api/v1/lessons/{id}/seats/{seat_id}/pairing", {
      params: { path: { id, seat_id: seatId } },
    }),
  );
export const pair = (code: string) => unwrap(client.POST("/api/v1/pairing", { body: { code } }));

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

const withTicket = (token: string) => ({
  params: { header: { "X-Tongtang-Ticket": token } },
});
export const inviteConsole = (token: string) =>
  unwrap(client.POST("/api/v1/consoles/codes", withTicket(token)));
export const enterAsConsole = (code: string) =>
  unwrap(client.POST("/api/v1/consoles", { body: { code } }));
export const sendConsolesAway = (token: string) =>
  unwrap(client.DELETE("/api/v1/consoles", withTicket(token)));
export const openLinkProbe = (token: string, sdp: string) =>
  unwrap(client.POST("/api/v1/link-tests/probes", { ...withTicket(token), body: { sdp } }));
export const keepLinkTest = (token: string, result: LinkTestFigures) =>
  unwrap(client.POST("/api/v1/link-tests", { ...withTicket(token), body: result }));

/** By the ticket of a place, for whoever sits in a lesson; else by who is signed in. */
export const listDecks = (id: string, ticket?: string) =>
  unwrap(
    client.GET("/api/v1/lessons/{id}/decks", {
      params: { path: { id }, ...(ticket && { header: { "X-Tongtang-Ticket": ticket } }) },
    }),
  );
export const deleteDeck = (id: string, deckId: string) =>
  unwrap(
    client.DELETE("/api/v1/lessons/{id}/decks/{deck_id}", {
      params: { path: { id, deck_id: deckId } },
    }),
  );

const byRecording = (recording_id: string) => ({ params: { path: { recording_id } } });

export const listRecordings = (query: RecordingSearch = {}) =>
  unwrap(client.GET("/api/v1/recordings", { params: { query } }));
export const listInterruptedRecordings = () => unwrap(client.GET("/api/v1/recordings/interrupted"));
export const finishRecording = (id: string) =>
  unwrap(client.POST("/api/v1/recordings/{recording_id}/finish", byRecording(id)));
export const listRecordingChoices = () => unwrap(client.GET("/api/v1/recordings/choices"));
export const getFilm = (recordingId: string) =>
  unwrap(client.GET("/api/v1/recordings/{recording_id}/film", byRecording(recordingId)));
export const makeFilm = (recordingId: string) =>
  unwrap(
    client.POST("/api/v1/recordings/{recording_id}/film", {
      ...byRecording(recordingId),
      body: { purpose: "shared" },
    }),
  );
export const getRecording = (id: string) =>
  unwrap(client.GET("/api/v1/recordings/{recording_id}", byRecording(id)));
export const deleteRecording = (id: string) =>
  unwrap(client.DELETE("/api/v1/recordings/{recording_id}", byRecording(id)));
export const listDeletions = (after?: string) =>
  unwrap(client.GET("/api/v1/deletions", { params: { query: after ? { after } : {} } }));

export const getSharing = (id: string) =>
  unwrap(client.GET("/api/v1/recordings/{recording_id}/sharing", byRecording(id)));
export const publishRecording = (id: string) =>
  unwrap(client.PUT("/api/v1/recordings/{recording_id}/publication", byRecording(id)));
export const unpublishRecording = (id: string) =>
  unwrap(client.DELETE("/api/v1/recordings/{recording_id}/publication", byRecording(id)));
export const createShareLink = (id: string, draft: ShareLinkDraft) =>
  unwrap(
    client.POST("/api/v1/recordings/{recording_id}/links", { ...byRecording(id), body: draft }),
  );
export const revokeShareLink = (id: string, linkId: string) =>
  unwrap(
    client.DELETE("/api/v1/recordings/{recording_id}/links/{link_id}", {
      params: { path: { recording_id: id, link_id: linkId } },
    }),
  );

export const openShare = (token: string, passphrase?: string) =>
  unwrap(
    client.POST("/api/v1/shares/open", {
      body: { token, ...(passphrase !== undefined && { passphrase }) },
    }),
  );
export const checkShare = (token: string) =>
  unwrap(client.POST("/api/v1/shares/check", { body: { token } }));

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
export const getRetention = () => unwrap(client.GET("/api/v1/retention"));
export const enterConsent = (classroomId: string, purpose: Purpose, isGranted: boolean) =>
  unwrap(
    client.PUT("/api/v1/classrooms/{classroom_id}/consents/{purpose}", {
      params: { path: { classroom_id: classroomId, purpose } },
      body: { is_granted: isGranted },
    }),
  );
/** The request outlives the page, for it is also sent while somebody leaves. */
export const reportWatched = (id: string, report: WatchReport) =>
  unwrap(
    client.POST("/api/v1/recordings/{recording_id}/watched", {
      ...byRecording(id),
      body: report,
      keepalive: true,
    }),
  );
export const saveCaptions = (id: string, draft: Captions) =>
  unwrap(
    client.PUT("/api/v1/recordings/{recording_id}/captions", { ...byRecording(id), body: draft }),
  );
/** The file goes as it is: only the server knows whether it is UTF-8. */
export const uploadCaptions = (id: string, revision: number, file: Blob) =>
  unwrap(
    client.PUT("/api/v1/recordings/{recording_id}/captions.vtt", {
      params: { path: { recording_id: id }, query: { revision } },
      body: "",
      bodySerializer: () => file,
      headers: { "Content-Type": "text/vtt" },
    }),
  );
export const captionsUrl = (id: string) =>
  `/api/v1/recordings/${encodeURIComponent(id)}/captions.vtt`;
