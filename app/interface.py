"""The HTTP interface of a server: every router with the parts that it stands on."""

import logging

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app import health, tls
from app.accounts import account_endpoints, doors
from app.accounts import endpoints as accounts
from app.accounts.console_codes import ConsoleCodes
from app.accounts.passwords import Passwords
from app.accounts.pc_identity import PcAuthenticator
from app.accounts.pcs import ClassroomPcs
from app.accounts.rate_limit import RateLimiter
from app.accounts.second_factor import SecondFactors
from app.accounts.signing_in import SigningIn
from app.attendance import endpoints as attendance
from app.attendance.ledger import endpoints as ledger
from app.attendance.ledger.sums import add_up
from app.attendance.roll_call import endpoints as roll_call
from app.attendance.roll_call.desk import RollCallDesk
from app.attendance.roll_call.head_counts import HeadCounts
from app.db.revision import check_migrated
from app.db.withdrawal import Withdrawal
from app.http import host_name, public_url, request_host
from app.ids import DeckId, LessonId
from app.jobs.kinds import JobKind
from app.lessons import change_endpoints, consoles, entry, guest_endpoints, pairing, timetable
from app.lessons import endpoints as lessons
from app.lessons.changes import LessonChanges
from app.lessons.guests import Guests
from app.lessons.materials import materials_access
from app.lessons.reporting import lesson_for_report, only_lead_or_admin, seat_for_roll_call
from app.lessons.terms import endpoints as terms
from app.lessons.terms.courses import Courses
from app.lessons.terms.holidays import Holidays
from app.lessons.terms.planning import Planning
from app.lessons.terms.terms import Terms
from app.lessons.wall import endpoints as wall
from app.lessons.wall.wall import Wall
from app.linktest import endpoints as linktest
from app.media.remote import RemoteEngine
from app.operations import endpoints as operations
from app.operations.clocks import pcs_apart
from app.operations.report import Reports
from app.protection import access_endpoints, map_endpoints, pupil_endpoints
from app.protection.access_log import AccessLog
from app.protection.data_map import retention_of
from app.protection.pupils import PupilDesk
from app.recording import endpoints as recordings
from app.recording.film import endpoints as films
from app.recording.film import shared_film
from app.recording.film.file_response import FilmFiles
from app.recording.paths import recordings_root
from app.recording.port import RecorderUnavailable
from app.recording.recovery import endpoints as recovery
from app.recording.recovery.repository import Interruptions
from app.recording.segments import Segments
from app.recording.sharing import endpoints as sharing
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.endpoints import SharingParts
from app.recording.sharing.retention import Retention, kept_by
from app.recording.watching import endpoints as watching
from app.recording.withdrawal import RecordingWithdrawal
from app.schools import endpoints as schools
from app.schools import organisation, pcs
from app.schools.consents import endpoints as consents
from app.schools.consents.desk import ConsentDesk
from app.schools.health import devices as pc_devices
from app.schools.health import endpoints as classroom_health
from app.schools.organisation import Organisation
from app.schools.roster import endpoints as roster
from app.schools.roster.desk import RosterDesk
from app.server import Server
from app.signaling import endpoint as signaling
from app.slides import endpoints as slides
from app.slides.addresses import PageAddresses
from app.slides.desk import SlideDesk, SlideParts
from app.staff import audit_endpoints
from app.staff import endpoints as staff
from app.staff.audit_log import AuditLog
from app.staff.invitations import Invitations
from app.staff.people import Staff
from app.telemetry import endpoints as telemetry
from app.telemetry import metrics
from app.telemetry.metrics import Metrics, RecorderAway

MINUTE_S = 60
DAY_MS = 86_400_000
PAIRING_TRIES_PER_ADDRESS = 10
INVITATION_TRIES_PER_ADDRESS = 50
PAIRING_TRIES_IN_ALL = 300

log = logging.getLogger(__name__)


class Interface:
    """What `server` answers over HTTP, a method for each topic."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.settings = server.settings
        self.database = server.database
        self.now_ms = server.clock.now_ms
        self.staff_only = server.authenticate_staff
        self.guests_too = server.authenticate
        """Where a guest teacher comes in too: nowhere but around the one lesson."""
        self.passwords = Passwords()
        self.factors = SecondFactors(self.database)
        self.signing_in = SigningIn(
            server.sessions,
            self.passwords,
            self.factors,
            self.now_ms,
            self.settings.session_cookie_days * DAY_MS,
        )
        self.changes = LessonChanges(self.database, server.store, server.control, self.now_ms)
        self.entry_desk = entry.EntryDesk(
            server.store,
            server.site.tickets,
            server.revoke_tickets,
            now_ms=self.now_ms,
            ticket_grace_ms=self.settings.ticket_grace_s * 1000,
        )
        self.addresses = SignedAddresses(server.url_signer, self.now_ms)
        self.withdrawal = Withdrawal(
            server.sharing.withdraw, RecordingWithdrawal(self.database, server.rooms).end
        )
        self.reports = Reports(self.settings, self.database, self.now_ms)

    def routers(self) -> list[APIRouter]:
        """All that is under `/api/v1`."""
        return [
            *self._account_routers(),
            *self._school_routers(),
            *self._protection_routers(),
            *self._lesson_routers(),
            *self._seat_routers(),
            *self._report_routers(),
            *self._recording_routers(),
            self._slides_router(),
            linktest.build_router(self._link_test_desk(), signaling.client_network),
            operations.build_router(self.reports, self.database, self.staff_only, self.now_ms),
        ]

    def _account_routers(self) -> list[APIRouter]:
        sessions, signing_in = self.server.sessions, self.signing_in
        return [
            accounts.build_router(sessions, signing_in, self.guests_too),
            account_endpoints.build_router(
                sessions, signing_in, self.factors, self.guests_too, self.now_ms
            ),
            doors.build_router(
                sessions,
                signing_in,
                self.guests_too,
                self.server.demo.open,
                is_demo=self.server.site.is_demo,
                https_url=self._https_url,
                has_authority=tls.has_own_authority(self.settings),
                host_names=sorted(tls.server_names(self.settings)),
            ),
        ]

    def _school_routers(self) -> list[APIRouter]:
        return [
            schools.build_router(self.database, self.staff_only),
            organisation.build_router(Organisation(self.database, self.now_ms), self.staff_only),
            roster.build_router(
                RosterDesk(self.database, self.withdrawal, self.now_ms), self.staff_only
            ),
            *self._staff_routers(),
            consents.build_router(
                ConsentDesk(self.database, self.withdrawal, self.now_ms), self.staff_only
            ),
            *terms.build_routers(
                Terms(self.database, self.settings.time_zone, self.now_ms),
                Planning(self.database, self.now_ms),
                Courses(self.database, self.changes, self.now_ms),
                Holidays(self.database, self.changes, self.now_ms),
                self.staff_only,
            ),
        ]

    def _staff_routers(self) -> list[APIRouter]:
        sessions = self.server.sessions
        invitations = Invitations(self.database, self.passwords)
        tries = RateLimiter(INVITATION_TRIES_PER_ADDRESS, 5 * MINUTE_S)
        return [
            staff.build_router(
                Staff(self.database), invitations, sessions, self.staff_only, self.now_ms
            ),
            audit_endpoints.build_router(AuditLog(self.database), self.staff_only),
            staff.build_invitation_router(
                invitations, sessions, self.signing_in, tries, self.now_ms
            ),
        ]

    def _protection_routers(self) -> list[APIRouter]:
        pupils = PupilDesk(self.database, self.withdrawal, self.now_ms)
        return [
            map_endpoints.build_router(retention_of(self.settings), self.staff_only),
            access_endpoints.build_router(AccessLog(self.database), self.staff_only),
            pupil_endpoints.build_router(pupils, self.staff_only),
        ]

    def _lesson_routers(self) -> list[APIRouter]:
        server = self.server
        lesson_desk = lessons.LessonDesk(
            self.database,
            server.store,
            server.control,
            server.recordings.recording_ids,
            server.revoke_tickets,
            self.now_ms,
        )
        secret = self.settings.internal_secret.get_secret_value()
        return [
            lessons.build_router(lesson_desk, self.guests_too),
            change_endpoints.build_router(lesson_desk, server.store, self.changes, self.staff_only),
            self._guest_router(),
            self._wall_router(),
            entry.build_router(self.entry_desk, self.guests_too, secret),
        ]

    def _guest_router(self) -> APIRouter:
        guests = Guests(
            self.database,
            self.server.store,
            self.changes,
            self.server.sessions,
            now_ms=self.now_ms,
            grace_ms=self.settings.ticket_grace_s * 1000,
        )
        tries = RateLimiter(INVITATION_TRIES_PER_ADDRESS, 5 * MINUTE_S)
        return guest_endpoints.build_router(guests, self.server.store, self.staff_only, tries)

    def _wall_router(self) -> APIRouter:
        server = self.server
        view = Wall(
            self.database, server.rooms.live, lambda: server.recorder.is_available, self.now_ms
        )
        return wall.build_router(view, self.staff_only)

    def _seat_routers(self) -> list[APIRouter]:
        server = self.server
        pairing_desk = pairing.PairingDesk(
            self.database,
            server.store,
            self.entry_desk,
            server.turn_out,
            per_address=RateLimiter(PAIRING_TRIES_PER_ADDRESS, 5 * MINUTE_S),
            overall=RateLimiter(PAIRING_TRIES_IN_ALL, 5 * MINUTE_S),
            now_ms=self.now_ms,
        )
        console_desk = consoles.ConsoleDesk(
            server.store,
            ConsoleCodes(self.database),
            self.entry_desk,
            server.site.tickets.read_ticket,
            server.revoke_consoles,
            per_address=RateLimiter(PAIRING_TRIES_PER_ADDRESS, 5 * MINUTE_S),
            overall=RateLimiter(PAIRING_TRIES_IN_ALL, 5 * MINUTE_S),
            now_ms=self.now_ms,
        )
        own_pc = PcAuthenticator(ClassroomPcs(self.database), self.now_ms)
        return [
            pairing.build_router(pairing_desk, self.guests_too),
            timetable.build_router(
                timetable.TimetableDesk(server.store, self.entry_desk, self.now_ms),
                own_pc,
                ClassroomPcs(self.database).note_clock,
            ),
            pc_devices.build_router(pc_devices.DeviceDesk(self.database, self.now_ms), own_pc),
            classroom_health.build_router(self.database, self.staff_only, self.now_ms),
            pcs.build_router(
                pcs.PcDesk(
                    self.database, server.turn_out, self._site_url, self._authority, self.now_ms
                ),
                self.staff_only,
            ),
            consoles.build_router(console_desk),
        ]

    def _report_routers(self) -> list[APIRouter]:
        server = self.server
        roll_call_desk = RollCallDesk(
            self.database,
            seat_for_roll_call(server.store),
            HeadCounts(server.rooms).tell,
            self.withdrawal,
            add_up,
            self.now_ms,
        )
        telemetry_desk = telemetry.TelemetryDesk(
            self._held_by, server.data_used.of, server.history, self.now_ms
        )
        return [
            attendance.build_router(
                self.database,
                lesson_for_report(server.store),
                server.watching.of_lesson,
                self.staff_only,
                self.now_ms,
            ),
            ledger.build_router(self.database, self.staff_only, self.now_ms),
            roll_call.build_router(
                roll_call_desk, self.staff_only, server.site.tickets.read_any_ticket, self.now_ms
            ),
            telemetry.build_router(
                telemetry_desk, only_lead_or_admin(server.store), self.staff_only
            ),
        ]

    def _held_by(self, lesson_id: LessonId) -> tuple[int, RemoteEngine] | None:
        index = self.server.media.engine_index_of(lesson_id)
        return None if index is None else (index, self.server.engines[index])

    def _recording_routers(self) -> list[APIRouter]:
        server = self.server
        film_files = FilmFiles(server.films, server.storage, self.addresses)
        film_desk = films.FilmDesk(
            self.database, server.films, server.recordings, film_files, self.now_ms
        )
        watching_desk = watching.WatchingDesk(
            self.database, server.recordings, server.watching, server.storage, self.now_ms
        )
        shared_films = shared_film.SharedFilms(
            self.database, server.films, server.sharing, self.addresses, self.now_ms
        )
        return [
            recovery.build_router(
                Interruptions(self.database),
                server.recordings,
                server.recording_requests,
                self.staff_only,
                self.now_ms,
            ),
            *sharing.build_routers(self._sharing_parts(shared_films), self.staff_only),
            shared_film.build_router(shared_films, film_files),
            films.build_router(film_desk, self.staff_only),
            recordings.build_router(
                self.database,
                server.recordings,
                server.decks,
                server.sharing,
                self.addresses,
                server.storage,
                watching_desk.extras,
                self.staff_only,
                self.now_ms,
            ),
            watching.build_router(watching_desk, self.staff_only),
        ]

    def _sharing_parts(self, shared_films: shared_film.SharedFilms) -> SharingParts:
        server = self.server
        segments = Segments(recordings_root(self.settings), server.storage)
        retention = Retention(
            self.database,
            server.storage,
            segments.clear,
            kept_by(self.settings),
            [server.films.folders],
        )
        return SharingParts(
            self.database,
            server.recordings,
            server.sharing,
            server.decks,
            self.addresses,
            server.storage,
            self.passwords,
            self._request_clip,
            server.films.request_public,
            shared_films.of,
            retention,
            server.watching.captions,
            self.now_ms,
        )

    async def _request_clip(self, session: AsyncSession, link_id: str, lesson_id: LessonId) -> None:
        await self.server.jobs.request(session, JobKind.CLIP, link_id, lesson_id)

    def _slides_router(self) -> APIRouter:
        server = self.server
        addresses = PageAddresses(server.url_signer, self.now_ms)
        parts = SlideParts(
            server.decks,
            server.storage,
            addresses,
            materials_access(server.store),
            server.site.tickets.read_ticket,
            self._shown_deck,
            self.now_ms,
        )
        return slides.build_router(SlideDesk(parts), addresses, server.storage, self.guests_too)

    def _shown_deck(self, lesson_id: LessonId) -> DeckId | None:
        """What the screens of a live lesson show now."""
        for runtime in self.server.rooms.live():
            if runtime.lesson_id == lesson_id and runtime.room.slides.shown is not None:
                return runtime.room.slides.shown.deck_id
        return None

    def _link_test_desk(self) -> linktest.LinkTestDesk:
        server = self.server

        def engine_of(lesson_id: LessonId) -> RemoteEngine:
            # Before anybody is in, a lesson has no engine yet: all have the same addresses.
            running = next((one for one in server.engines if one.is_available), server.engines[0])
            return server.negotiator_of(lesson_id) or running

        return linktest.LinkTestDesk(
            self.database,
            server.site.tickets.read_ticket,
            engine_of,
            server.ice_servers_of,
            self.now_ms,
        )

    def health_router(self) -> APIRouter:
        server = self.server

        async def is_database_there() -> bool:
            try:
                await check_migrated(self.database)
            except Exception:
                log.exception("the database is not ready")
                return False
            return True

        async def is_recorder_there() -> bool:
            return server.recorder.is_available

        async def are_engines_there() -> bool:
            return all(engine.is_available for engine in server.engines)

        return health.build_router(
            {
                "database": is_database_there,
                "engines": are_engines_there,
                "recorder": is_recorder_there,
            }
        )

    def metrics_router(self) -> APIRouter:
        server = self.server

        async def recording_tracks() -> int:
            try:
                return len((await server.recorder.snapshot()).tracks)
            except RecorderUnavailable as error:
                raise RecorderAway from error

        site = metrics.Site(
            rooms=lambda: [runtime.room for runtime in server.rooms.live()],
            websocket_connections=lambda: server.hub.connection_count,
            recording_tracks=recording_tracks,
            recordings_by_state=server.recordings.count_by_state,
            upkeep=self._upkeep,
        )
        gathered = Metrics(site, server.engines, server.engine_restarts, server.loop_lag)
        token = self.settings.metrics_token.get_secret_value()
        return metrics.build_router(gathered.expose, self.staff_only, token)

    async def _upkeep(self) -> metrics.Upkeep:
        report = await self.reports.current()
        storage, clocks = report.storage, report.clocks
        ends = {one.name: one.ends_at for one in report.certificates if one.ends_at is not None}
        return metrics.Upkeep(
            disk_free_bytes=storage.free_bytes,
            recordings_bytes=storage.held_bytes,
            disk_full_on=storage.forecast.full_on,
            certificates=ends,
            is_clock_kept=clocks.is_kept,
            database_ahead_ms=clocks.database_ahead_ms,
            pcs_apart=await pcs_apart(self.database, None, self.now_ms()),
        )

    def _authority(self) -> str:
        """PEM of the certificate authority that a school must install, "" without one."""
        file = tls.authority_file(self.settings)
        is_ours = tls.has_own_authority(self.settings) and file.is_file()
        return file.read_text() if is_ours else ""

    def _site_url(self, request: Request) -> str:
        """Origin for a classroom's PC: there is no camera on plain http."""
        is_plain = request.url.scheme == "http"
        return (is_plain and self._https_url(request)) or public_url(request, "")

    def _https_url(self, request: Request) -> str | None:
        """The same page over https, on the name or address by which the browser reached us."""
        if not self.settings.tls:
            return None
        port = self.settings.https_port
        return f"https://{host_name(request_host(request))}" + ("" if port == 443 else f":{port}")
