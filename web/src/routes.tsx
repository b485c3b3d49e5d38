import { type ComponentType, lazy } from "react";

/** A page gets the named parts of its address. */
export type PageComponent = ComponentType<{ params: Record<string, string> }>;

/** Every page of the site, first match wins. Pages load when they are first opened. */
export const ROUTES: readonly (readonly [pattern: string, page: PageComponent])[] = [
  ["/", lazy(() => import("./pages/Home"))],
  ["/sign-in", lazy(() => import("./pages/SignIn"))],
  ["/c", lazy(() => import("./pages/Pairing"))],
  ["/c/:code", lazy(() => import("./pages/Pairing"))],
  ["/p", lazy(() => import("./pages/ConsoleDoor"))],
  ["/p/:code", lazy(() => import("./pages/ConsoleDoor"))],
  ["/lessons", lazy(() => import("./pages/Lessons"))],
  ["/lessons/new", lazy(() => import("./pages/NewLesson"))],
  ["/lessons/:id/materials", lazy(() => import("./pages/Materials"))],
  ["/lessons/:id/attendance", lazy(() => import("./pages/Attendance"))],
  ["/wall", lazy(() => import("./pages/Wall"))],
  ["/classroom-health", lazy(() => import("./pages/ClassroomHealth"))],
  ["/ledger", lazy(() => import("./pages/Ledger"))],
  ["/recordings", lazy(() => import("./pages/Recordings"))],
  ["/recordings/interrupted", lazy(() => import("./pages/Interrupted"))],
  ["/recordings/:id", lazy(() => import("./pages/Replay"))],
  ["/s/:token", lazy(() => import("./pages/Share"))],
  ["/account", lazy(() => import("./pages/Account"))],
  ["/rosters", lazy(() => import("./pages/Rosters"))],
  ["/classrooms/:id/roster", lazy(() => import("./pages/Roster"))],
  ["/staff", lazy(() => import("./pages/StaffList"))],
  ["/g/:token", lazy(() => import("./pages/GuestDoor"))],
  ["/access-log", lazy(() => import("./pages/AccessLog"))],
  ["/data", lazy(() => import("./pages/DataMap"))],
  ["/server", lazy(() => import("./pages/Server"))],
  ["/audit", lazy(() => import("./pages/Audit"))],
  ["/schools", lazy(() => import("./pages/Schools"))],
  ["/terms", lazy(() => import("./pages/Terms"))],
  ["/terms/:id", lazy(() => import("./pages/Term"))],
  ["/terms/:term/groups/:group", lazy(() => import("./pages/GroupPlan"))],
  ["/welcome/:token", lazy(() => import("./pages/Welcome"))],
  ["/classroom", lazy(() => import("./pages/ClassroomHome"))],
  ["/classroom-pcs", lazy(() => import("./pages/ClassroomPcs"))],
  ["/classroom-pcs/:id", lazy(() => import("./pages/ClassroomSetup"))],
  ["/consents", lazy(() => import("./pages/Consents"))],
  ["/classrooms/:id/consents", lazy(() => import("./pages/ConsentSheet"))],
  ["/classrooms/:id/consents/form", lazy(() => import("./pages/ConsentForms"))],
  ["/classrooms/:id/consents/notice", lazy(() => import("./pages/RoomNotice"))],
  ["/lessons/:id/join", lazy(() => import("./pages/PreJoin"))],
  ["/lessons/:id/lead", lazy(() => import("./pages/LeadTeacher"))],
  ["/lessons/:id/classroom", lazy(() => import("./pages/Classroom"))],
  ["/lessons/:id/console", lazy(() => import("./pages/Console"))],
  ["/lessons/:id/projector", lazy(() => import("./pages/Projector"))],
];

export const NotFound: PageComponent = lazy(() => import("./pages/NotFound"));
