"""The composition root: the only module that knows every concrete class."""

import asyncio
import hmac
import logging
import secrets
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Lifespan

from app import health, pages, tls
from app.accounts import account_endpoints, doors
from app.accounts import endpoints as accounts
from app.accounts.console_codes import ConsoleCodes
from app.accounts.identity import Authenticator
from app.accounts.passwords import Passwords
from app.accounts.pc_identity import PcAuthenticator
from app.accounts.pcs import ClassroomPcs
from app.accounts.rate_limit import RateLimiter
from app.accounts.revocations import open_ticket_book, revoke_tickets, site_secret
from app.accounts.second_factor import SecondFactors
from app.accounts.sessions import Sessions
from app.accounts.signing_in import SigningIn
from app.accounts.tokens import TicketBook, console_of
from app.attendance import endpoints as attendance
from app.attendance.ledger import endpoints as ledger
from app.attendance.ledger import projector as ledger_projector
from app.attendance.projector import project_attendance
from app.attendance.roll_call import endpoints as roll_call
from app.attendance.roll_call.desk import RollCallDesk
from app.attendance.roll_call.head_counts import HeadCounts
from app.backchannel.repository import ChatTable
from app.db.engine import Database, ProcessLock
from app.db.journal import Journal
from app.db.migrate import check_migrated
from app.http import (
    API,
    add_error_handlers,
    host_name,
    public_url,
    request_host,
    staff_only,
)
from app.ids import DeckId, LessonId, ParticipantId, PcId
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.lessons import change_endpoints, consoles, entry, guest_endpoints, pairing, timetable
from app.lessons import endpoints as lessons
from app.lessons.changes import LessonChanges
from app.lessons.control import RoomsControl
from app.lessons.demo import DemoLessons
from app.lessons.directory import LessonDirectory
from app.lessons.guests import Guests
from app.lessons.materials import materials_access
from app.lessons.plan import plan_loader
from app.lessons.projector import project_lesson
from app.lessons.reporting import lesson_for_report, only_lead_or_admin, seat_for_roll_call
from app.lessons.repository import LessonStore
from app.lessons.sample import SampleLesson
from app.lessons.terms import endpoints as terms
from app.lessons.terms.holidays import Holidays
from app.lessons.terms.planning import Planning
from app.lessons.terms.terms import Terms
from app.linktest import endpoints as linktest
from app.media.reactor import MediaReactor
from app.media.remote import RemoteEngine
from app.media.turn import TurnServers
from app.middlewares import BodyLimit, SecurityHeaders, TrustedProxies
from app.process import LoopLag
from app.protection import access_endpoints, map_endpoints, pupil_endpoints
from app.protection.access_log import AccessLog
from app.protection.access_projector import project_access
from app.protection.data_map import retention_of
from app.protection.pupils import PupilDesk
from app.recording import endpoints as recordings
from app.recording.film import endpoints as films
from app.recording.film import shared_film
from app.recording.film.file_response import FilmFiles
from app.recording.film.repository import Films
from app.recording.paths import recordings_root
from app.recording.port import RecorderUnavailable
from app.recording.reactor import RecordingReactor
from app.recording.recovery import endpoints as recovery
from app.recording.recovery.repository import Interruptions
from app.recording.remote import RemoteRecorder
from app.recording.repository import Recordings
from app.recording.requests import RecordingRequests
from app.recording.segments import Segments
from app.recording.sharing import endpoints as sharing
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.endpoints import SharingParts
from app.recording.sharing.repository import Sharing
from app.recording.sharing.retention import Retention, kept_by
from app.recording.watching import endpoints as watching
from app.recording.watching.repository import Watching
from app.rooms.runtime import Clock, Rooms
from app.rooms.views import VideoCaps
from app.schools import endpoints as schools
from app.schools import organisation, pcs
from app.schools.consents import endpoints as consents
from app.schools.consents.desk import ConsentDesk
from app.schools.organisation import Organisation
from app.schools.roster import endpoints as roster
from app.schools.roster.desk import RosterDesk
from app.seed import is_demo
from app.settings import Settings
from app.signaling import endpoint as signaling
from app.signaling.hub import Hub
from app.slides import endpoints as slides
from app.slides.addresses import PageAddresses
from app.slides.desk import SlideDesk, SlideParts
from app.slides.repository import Decks
from app.staff import audit_endpoints
from app.staff import endpoints as staff
from app.staff.audit_log import AuditLog
from app.staff.invitations import Invitations
from app.staff.people import Staff
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from app.telemetry import endpoints as telemetry
from app.telemetry import metrics
from app.telemetry.account import Usage
from app.telemetry.data_used import DataUsedAccounts
from app.telemetry.history import MediaHistory
from app.telemetry.metrics import EngineRestarts, Metrics, RecorderAway
from app.telemetry.repository import DataUsedTable
from app.whip import endpoints as whip
from app.whip.cors import WhipCors
from app.whip.desk import WhipDesk

MINUTE_S = 60
SWEEP_EVERY_S = 6 * 3_600.0
DAY_MS = 86_400_000
PAIRING_TRIES_PER_ADDRESS = 10
INVITATION_TRIES_PER_ADDRESS = 50
PAIRING_TRIES_IN_ALL = 300
ORPHAN_PATIENCE_S = 8.0
"""A child whose supervisor was killed is gone within this."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """What only the database knows about this installation."""

    tickets: TicketBook
    url_secret: bytes
    """Signs the addresses of recordings."""
    is_demo: bool

    @classmethod
    async def load(cls, database: Database) -> "Site":
        tickets = await open_ticket_book(database)
        async with database.transaction() as session:
            secret = await site_secret(session)
        return cls(
            tickets=tickets,
            url_secret=hmac.digest(secret, b"recording addresses", "sha256"),
            is_demo=await is_demo(database),
        )

    @classmethod
    def unopened(cls) -> "Site":
        """For documents about the interface: secrets that nobody keeps."""
        return cls(TicketBook(secrets.token_bytes(32)), secrets.token_bytes(32), is_demo=False)


class Server:
    """Everything of one app process, wired. `running()` starts and stops it."""

    def __init__(self, settings: Settings, database: Database, site: Site) -> None:
        self.settings = settings
        self.database = database
        self.site = site
        self.clock = Clock()
        self.journal = Journal(
            database,
            (
                project_lesson,
                project_attendance,
                ledger_projector.project_ledger,
                project_access,
            ),
        )
        self.store = LessonStore(database, self.clock.now_ms)
        self.load_plan = plan_loader(self.store, settings)
        self.rooms = Rooms(self.journal, self.load_plan, self.clock)
        self.control = RoomsControl(self.rooms)
        self.engines = [
            RemoteEngine(settings.engine_socket(index)) for index in range(settings.media_workers)
        ]
        self.media = MediaReactor(
            self.rooms,
            self.engines,
            self._load_engine,
            self.store.set_engine,
            VideoCaps(
                settings.lead_video_cap_bps,
                settings.stage_video_cap_bps,
                settings.off_stage_video_cap_bps,
            ),
        )
        self._turn = TurnServers(settings.turn_urls, settings.turn_secret.get_secret_value())
        self.hub = Hub(
            self.rooms,
            self.journal.load,
            LessonDirectory(database, self.store),
            site.tickets.read_any_ticket,
            self.negotiator_of,
            self.clock,
            ChatTable(database),
            ice_servers_of=self._ice_servers_of,
        )
        self.whip = WhipDesk(
            self.rooms,
            self.engines,
            self.negotiator_of,
            site.tickets.read_ticket,
            self.clock,
            self._ice_servers_of,
        )
        self.url_signer = UrlSigner(site.url_secret)
        self.storage = ObstoreStorage.from_settings(settings, self.url_signer)
        self.recordings = Recordings(database)
        self.watching = Watching(database)
        self.recorder = RemoteRecorder(settings.recorder_socket, settings.recorder_sink_socket)
        self.jobs = Jobs(database)
        self.films = Films(database, self.jobs, self.recordings)
        self.decks = Decks(database, self.jobs)
        self.sharing = Sharing(database, self.films.renew)
        root = recordings_root(settings)
        self.recording_requests = RecordingRequests(
            database, self.jobs, uploads_segments=not self.storage.shares_disk_with(root)
        )
        self.recording = RecordingReactor(
            self.rooms,
            self.recorder,
            self.media.engine_of,
            self.recording_requests,
            self.recordings,
            root,
        )
        self.sessions = Sessions(database)
        self.authenticate = Authenticator(self.sessions, self.clock.now_ms)
        self.authenticate_staff = staff_only(self.authenticate)
        self.data_used = DataUsedAccounts(DataUsedTable(database))
        self.history = MediaHistory(self.clock.now_ms)
        self.loop_lag = LoopLag()
        self.engine_restarts = EngineRestarts()
        self.demo = DemoLessons(database, self.store, self.control, self.clock.now_ms)
        # The order in which the rooms tell: screens first, they are what people wait for.
        self.rooms.add_listener(self.media.on_room_events)
        self.rooms.add_listener(self.recording.on_room_events)
        self.rooms.add_listener(self.whip.on_room_events)
        self.media.listeners.append(self.hub.media)
        self.media.taps += [
            self.recording.on_engine_event,
            self.whip.on_engine_event,
            self.data_used.on_engine_event,
            self.history.on_engine_event,
            self.engine_restarts.on_engine_event,
        ]
        self.data_used.listeners.append(self._tell_data_used)

    def _tell_data_used(
        self, lesson_id: LessonId, participant_id: ParticipantId, usage: Usage
    ) -> None:
        self.hub.media.data_used(lesson_id, participant_id, usage.bytes_sent, usage.bytes_received)

    def _held_by(self, lesson_id: LessonId) -> tuple[int, RemoteEngine] | None:
        index = self.media.engine_index_of(lesson_id)
        return None if index is None else (index, self.engines[index])

    def negotiator_of(self, lesson_id: LessonId) -> RemoteEngine | None:
        """The engine that holds this lesson's peers."""
        engine = self.media.engine_of(lesson_id)
        return engine if isinstance(engine, RemoteEngine) else None

    def _ice_servers_of(self, participant_id: ParticipantId) -> list[Mapping[str, str]]:
        return self._turn.ice_servers(participant_id, self.clock.now_ms())

    async def _request_clip(self, session: AsyncSession, link_id: str, lesson_id: LessonId) -> None:
        await self.jobs.request(session, JobKind.CLIP, link_id, lesson_id)

    def _shown_deck(self, lesson_id: LessonId) -> DeckId | None:
        """What the screens of a live lesson show now."""
        for runtime in self.rooms.live():
            if runtime.lesson_id == lesson_id and runtime.room.slides.shown is not None:
                return runtime.room.slides.shown.deck_id
        return None

    async def _request_sweeps(self) -> None:
        """What was kept long enough goes within a few hours."""
        while True:
            async with self.database.transaction() as session:
                await self.jobs.request(session, JobKind.SWEEP_RETENTION, "site")
            await asyncio.sleep(SWEEP_EVERY_S)

    async def _load_engine(self, lesson_id: LessonId) -> int | None:
        return (await self.store.get(lesson_id)).engine_index

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take up the live lessons, connect to engines and recorder; undo all of it in reverse at the end."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.journal.close)
            stack.push_async_callback(self.rooms.close)
            await self.rooms.resume_live(await self.store.live_lesson_ids())
            for engine in self.engines:
                engine.start()
                stack.push_async_callback(engine.close)
            await stack.enter_async_context(_task(self.recorder.run(), "recorder link"))
            await stack.enter_async_context(_task(self._request_sweeps(), "retention"))
            await stack.enter_async_context(_task(self.loop_lag.probe(), "loop lag"))
            catch_up = ledger_projector.catch_up(self.database)
            await stack.enter_async_context(_task(catch_up, "ledger"))
            stack.push_async_callback(self.data_used.close)
            await stack.enter_async_context(_task(self.data_used.run(), "data used"))
            await self.media.start()
            stack.push_async_callback(self.media.close)
            await stack.enter_async_context(_task(self.whip.run(), "WHIP sessions"))
            await self.recording.start()
            stack.push_async_callback(self.recording.close)
            if self.site.is_demo:
                await self.demo.ensure()
                if self.settings.demo_sample:
                    sample = SampleLesson(self.demo, self.rooms, self.clock.now_ms)
                    await stack.enter_async_context(_task(sample.run(), "sample lesson"))
            stack.push_async_callback(self.hub.close)
            yield

    def routers(self) -> list[APIRouter]:
        """The HTTP interface under `/api/v1`."""
        settings, database, now_ms = self.settings, self.database, self.clock.now_ms
        sessions, authenticate = self.sessions, self.authenticate_staff
        # Where a guest teacher comes in too: nowhere but around the one lesson.
        guests_too = self.authenticate
        passwords = Passwords()
        factors = SecondFactors(database)
        signing_in = SigningIn(
            sessions, passwords, factors, now_ms, settings.session_cookie_days * DAY_MS
        )
        lesson_desk = lessons.LessonDesk(
            database,
            self.store,
            self.control,
            self.recordings.recording_ids,
            self._revoke_tickets,
            now_ms,
        )
        changes = LessonChanges(database, self.store, self.control, now_ms)
        entry_desk = entry.EntryDesk(
            self.store,
            self.site.tickets,
            self._revoke_tickets,
            now_ms=now_ms,
            ticket_grace_ms=settings.ticket_grace_s * 1000,
        )
        pairing_desk = pairing.PairingDesk(
            database,
            self.store,
            entry_desk,
            self._turn_out,
            per_address=RateLimiter(PAIRING_TRIES_PER_ADDRESS, 5 * MINUTE_S),
            overall=RateLimiter(PAIRING_TRIES_IN_ALL, 5 * MINUTE_S),
            now_ms=now_ms,
        )
        return [
            accounts.build_router(sessions, signing_in, guests_too),
            account_endpoints.build_router(sessions, signing_in, factors, guests_too, now_ms),
            doors.build_router(
                sessions,
                signing_in,
                guests_too,
                self.demo.open,
                is_demo=self.site.is_demo,
                https_url=self._https_url,
                has_authority=tls.has_own_authority(settings),
                host_names=sorted(tls.server_names(settings)),
            ),
            schools.build_router(database, authenticate),
            organisation.build_router(Organisation(database, now_ms), authenticate),
            roster.build_router(RosterDesk(database, now_ms), authenticate),
            *self._staff_routers(passwords, signing_in),
            consents.build_router(
                ConsentDesk(database, self.sharing.withdraw, now_ms), authenticate
            ),
            *terms.build_routers(
                Terms(database, settings.time_zone, now_ms),
                Planning(database, changes, now_ms),
                Holidays(database, changes, now_ms),
                authenticate,
            ),
            *self._protection_routers(),
            lessons.build_router(lesson_desk, guests_too),
            change_endpoints.build_router(lesson_desk, self.store, changes, authenticate),
            self._guest_router(changes),
            entry.build_router(entry_desk, guests_too, settings.internal_secret.get_secret_value()),
            pairing.build_router(pairing_desk, guests_too),
            timetable.build_router(
                timetable.TimetableDesk(self.store, entry_desk, now_ms),
                PcAuthenticator(ClassroomPcs(database), now_ms),
            ),
            pcs.build_router(
                pcs.PcDesk(database, self._turn_out, self._site_url, self._authority, now_ms),
                authenticate,
            ),
            consoles.build_router(self._console_desk(entry_desk)),
            attendance.build_router(
                database,
                lesson_for_report(self.store),
                self.watching.of_lesson,
                authenticate,
                now_ms,
            ),
            ledger.build_router(database, authenticate, now_ms),
            roll_call.build_router(
                RollCallDesk(
                    database,
                    seat_for_roll_call(self.store),
                    HeadCounts(self.rooms).tell,
                    now_ms,
                ),
                authenticate,
                self.site.tickets.read_any_ticket,
                now_ms,
            ),
            telemetry.build_router(
                telemetry.TelemetryDesk(
                    self._held_by, self.data_used.of, self.history, self.clock.now_ms
                ),
                only_lead_or_admin(self.store),
                authenticate,
            ),
            *self._recording_routers(passwords),
            self._slides_router(),
            linktest.build_router(self._link_test_desk(), signaling.client_network),
        ]

    def _staff_routers(self, passwords: Passwords, signing_in: SigningIn) -> list[APIRouter]:
        invitations, now_ms = Invitations(self.database, passwords), self.clock.now_ms
        tries = RateLimiter(INVITATION_TRIES_PER_ADDRESS, 5 * MINUTE_S)
        return [
            staff.build_router(
                Staff(self.database), invitations, self.sessions, self.authenticate_staff, now_ms
            ),
            audit_endpoints.build_router(AuditLog(self.database), self.authenticate_staff),
            staff.build_invitation_router(invitations, self.sessions, signing_in, tries, now_ms),
        ]

    def _guest_router(self, changes: LessonChanges) -> APIRouter:
        guests = Guests(
            self.database,
            self.store,
            changes,
            self.sessions,
            now_ms=self.clock.now_ms,
            grace_ms=self.settings.ticket_grace_s * 1000,
        )
        tries = RateLimiter(INVITATION_TRIES_PER_ADDRESS, 5 * MINUTE_S)
        return guest_endpoints.build_router(guests, self.store, self.authenticate_staff, tries)

    def _protection_routers(self) -> list[APIRouter]:
        pupils = PupilDesk(self.database, self.sharing.withdraw, self.clock.now_ms)
        return [
            map_endpoints.build_router(retention_of(self.settings), self.authenticate_staff),
            access_endpoints.build_router(AccessLog(self.database), self.authenticate),
            pupil_endpoints.build_router(pupils, self.authenticate),
        ]

    def _console_desk(self, entry_desk: entry.EntryDesk) -> consoles.ConsoleDesk:
        return consoles.ConsoleDesk(
            self.store,
            ConsoleCodes(self.database),
            entry_desk,
            self.site.tickets.read_ticket,
            self._revoke_consoles,
            per_address=RateLimiter(PAIRING_TRIES_PER_ADDRESS, 5 * MINUTE_S),
            overall=RateLimiter(PAIRING_TRIES_IN_ALL, 5 * MINUTE_S),
            now_ms=self.clock.now_ms,
        )

    def _recording_routers(self, passwords: Passwords) -> list[APIRouter]:
        addresses = SignedAddresses(self.url_signer, self.clock.now_ms)
        film_files = FilmFiles(self.films, self.storage, addresses)
        shared_films = shared_film.SharedFilms(
            self.database, self.films, self.sharing, addresses, self.clock.now_ms
        )
        parts = SharingParts(
            self.database,
            self.recordings,
            self.sharing,
            self.decks,
            addresses,
            self.storage,
            passwords,
            self._request_clip,
            self.films.request_public,
            shared_films.of,
            self._retention(),
            self.watching.captions,
            self.clock.now_ms,
        )
        watching_desk = watching.WatchingDesk(
            self.database, self.recordings, self.watching, self.storage, self.clock.now_ms
        )
        return [
            recovery.build_router(
                Interruptions(self.database),
                self.recordings,
                self.recording_requests,
                self.authenticate_staff,
            ),
            *sharing.build_routers(parts, self.authenticate_staff),
            shared_film.build_router(shared_films, film_files),
            films.build_router(self._film_desk(film_files), self.authenticate_staff),
            recordings.build_router(
                self.database,
                self.recordings,
                self.decks,
                self.sharing,
                addresses,
                self.storage,
                watching_desk.extras,
                self.authenticate_staff,
                self.clock.now_ms,
            ),
            watching.build_router(watching_desk, self.authenticate_staff),
        ]

    def _slides_router(self) -> APIRouter:
        addresses = PageAddresses(self.url_signer, self.clock.now_ms)
        parts = SlideParts(
            self.decks,
            self.storage,
            addresses,
            materials_access(self.store),
            self.site.tickets.read_ticket,
            self._shown_deck,
            self.clock.now_ms,
        )
        return slides.build_router(SlideDesk(parts), addresses, self.storage, self.authenticate)

    def _retention(self) -> Retention:
        segments = Segments(recordings_root(self.settings), self.storage)
        kept = kept_by(self.settings)
        return Retention(self.database, self.storage, segments.clear, kept, [self.films.folders])

    def _film_desk(self, files: FilmFiles) -> films.FilmDesk:
        return films.FilmDesk(self.database, self.films, self.recordings, files, self.clock.now_ms)

    def _link_test_desk(self) -> linktest.LinkTestDesk:
        def engine_of(lesson_id: LessonId) -> RemoteEngine:
            # Before anybody is in, a lesson has no engine yet: all have the same addresses.
            running = next((one for one in self.engines if one.is_available), self.engines[0])
            return self.negotiator_of(lesson_id) or running

        return linktest.LinkTestDesk(
            self.database,
            self.site.tickets.read_ticket,
            engine_of,
            self._ice_servers_of,
            self.clock.now_ms,
        )

    def health_router(self) -> APIRouter:
        async def is_database_there() -> bool:
            try:
                await check_migrated(self.database)
            except Exception:
                log.exception("the database is not ready")
                return False
            return True

        async def is_recorder_there() -> bool:
            return self.recorder.is_available

        async def are_engines_there() -> bool:
            return all(engine.is_available for engine in self.engines)

        return health.build_router(
            {
                "database": is_database_there,
                "engines": are_engines_there,
                "recorder": is_recorder_there,
            }
        )

    def metrics_router(self) -> APIRouter:
        async def recording_tracks() -> int:
            try:
                return len((await self.recorder.snapshot()).tracks)
            except RecorderUnavailable as error:
                raise RecorderAway from error

        site = metrics.Site(
            rooms=lambda: [runtime.room for runtime in self.rooms.live()],
            websocket_connections=lambda: self.hub.connection_count,
            recording_tracks=recording_tracks,
            recordings_by_state=self.recordings.count_by_state,
        )
        gathered = Metrics(site, self.engines, self.engine_restarts, self.loop_lag)
        token = self.settings.metrics_token.get_secret_value()
        return metrics.build_router(gathered.expose, self.authenticate_staff, token)

    async def _revoke_tickets(
        self, lesson_id: LessonId, participant_id: ParticipantId, up_to_ms: int
    ) -> None:
        await revoke_tickets(self.database, self.site.tickets, lesson_id, participant_id, up_to_ms)
        self.hub.check_tickets(lesson_id, participant_id)

    async def _revoke_consoles(
        self, lesson_id: LessonId, participant_id: ParticipantId, up_to_ms: int
    ) -> None:
        consoles_of_place = console_of(participant_id)
        await revoke_tickets(
            self.database, self.site.tickets, lesson_id, consoles_of_place, up_to_ms
        )
        self.hub.check_tickets(lesson_id, participant_id)

    async def _turn_out(self, pc_id: PcId) -> None:
        self.site.tickets.revoke_pc(pc_id)
        await self.hub.turn_out(pc_id)

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


@asynccontextmanager
async def _task(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """`work` runs until the block ends."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def application(settings: Settings, lifespan: Lifespan[FastAPI] | None) -> FastAPI:
    app = FastAPI(
        title="Tongtang",
        version="0.1.0",
        lifespan=lifespan,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    add_error_handlers(app)
    app.add_middleware(
        BodyLimit,
        larger=watching.LARGER_BODIES | roster.LARGER_BODIES | terms.LARGER_BODIES,
        streamed=slides.STREAMED_BODIES,
    )
    app.add_middleware(WhipCors)
    app.add_middleware(SecurityHeaders, [settings.s3_endpoint] if settings.s3_endpoint else [])
    app.add_middleware(TrustedProxies, settings.trusted_proxies)
    return app


def include(app: FastAPI, server: Server) -> None:
    for router in server.routers():
        app.include_router(router, prefix=API)
    app.include_router(whip.build_router(server.whip))
    app.include_router(server.health_router())
    app.include_router(server.metrics_router())


def create_app(settings: Settings) -> FastAPI:
    """The app process. Its lifespan opens the database and everything that stands on it.

    Entering the lifespan raises `NotMigrated` or `DatabaseInUse`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = Database(settings.resolved_database_url)
            stack.push_async_callback(database.close)
            if database.is_sqlite:
                lock = ProcessLock(settings.data_dir)
                # Under a supervisor the only other holder is the app of one that was killed: it goes by itself.
                await lock.acquire_within(ORPHAN_PATIENCE_S if settings.run_dir else 0)
                stack.callback(lock.release)
            await check_migrated(database)
            server = Server(settings, database, await Site.load(database))
            include(app, server)
            app.include_router(signaling.build_router(server.hub))
            app.include_router(
                pages.build_router(
                    pages.WEB_DIST,
                    tls.authority_file(settings) if tls.has_own_authority(settings) else None,
                )
            )
            await stack.enter_async_context(server.running())
            app.state.before_close = server.hub.close
            yield

    return application(settings, lifespan)


def openapi_document(settings: Settings) -> dict[str, Any]:
    """The HTTP interface as OpenAPI, without opening anything."""
    app = application(settings, None)
    include(app, Server(settings, Database("sqlite+aiosqlite://"), Site.unopened()))
    return app.openapi()
