/** Who was there: reports, roll calls, the ledger. */
import { offsetMin } from "../zone";
import { client, unwrap } from "./client";
import { byId, inFile } from "./params";
import type {
  CorrectionDraft,
  LedgerGrouping,
  LedgerQuery,
  RollCallDraft,
  StepName,
} from "./types";

export const getAttendance = (id: string) =>
  unwrap(client.GET("/api/v1/lessons/{id}/attendance", byId(id)));
/** Address of the attendance of a lesson as a file, by the county's clock. */
export function attendanceCsvUrl(id: string, language: string): string {
  const query = new URLSearchParams(inFile(language));
  return `/api/v1/lessons/${encodeURIComponent(id)}/attendance.csv?${query}`;
}

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
