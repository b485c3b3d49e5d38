"""Everything of one app process, wired and run."""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app.accounts import revocations
from app.accounts.identity import Authenticator
from app.accounts.revocations import open_ticket_book, site_secret
from app.accounts.sessions import Sessions
from app.accounts.tokens import TicketBook, console_of
from app.attendance.ledger import projector as ledger_projector
from app.attendance.projector import project_attendance
from app.backchannel.repository import ChatTable
from app.db.engine import Database
from app.db.journal import Journal
from app.http import staff_only
from app.ids import LessonId, ParticipantId, PcId
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.lessons.control import RoomsControl
from app.lessons.demo import DemoLessons
from app.lessons.directory import LessonDirectory
from app.lessons.plan import plan_loader
from app.lessons.projector import project_lesson
from app.lessons.repository import LessonStore
from app.lessons.sample import SampleLesson
from app.media.reactor import MediaReactor
from app.media.remote import RemoteEngine
from app.media.turn import TurnServers
from app.process import LoopLag
from app.protection.access_projector import project_access
from app.recording.film.repository import Films
from app.recording.paths import recordings_root
from app.recording.reactor import RecordingReactor
from app.recording.remote import RemoteRecorder
from app.recording.repository import Recordings
from app.recording.requests import RecordingRequests
from app.recording.sharing.repository import Sharing
from app.recording.watching.repository import Watching
from app.rooms.runtime import Clock, Rooms
from app.rooms.views import VideoCaps
from app.seed import is_demo
from app.settings import Settings
from app.signaling.hub import Hub
from app.slides.repository import Decks
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from app.telemetry.account import Usage
from app.telemetry.data_used import DataUsedAccounts
from app.telemetry.history import MediaHistory
from app.telemetry.metrics import EngineRestarts
from app.telemetry.repository import DataUsedTable
from app.whip.desk import WhipDesk

SWEEP_EVERY_S = 6 * 3_600.0


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
            ice_servers_of=self.ice_servers_of,
        )
        self.whip = WhipDesk(
            self.rooms,
            self.engines,
            self.negotiator_of,
            site.tickets.read_ticket,
            self.clock,
            self.ice_servers_of,
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

    def negotiator_of(self, lesson_id: LessonId) -> RemoteEngine | None:
        """The engine that holds this lesson's peers."""
        engine = self.media.engine_of(lesson_id)
        return engine if isinstance(engine, RemoteEngine) else None

    def ice_servers_of(self, participant_id: ParticipantId) -> list[Mapping[str, str]]:
        return self._turn.ice_servers(participant_id, self.clock.now_ms())

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

    async def revoke_tickets(
        self, lesson_id: LessonId, participant_id: ParticipantId, up_to_ms: int
    ) -> None:
        """Of one place, all up to that time; its screens are turned out at once."""
        await revocations.revoke_tickets(
            self.database, self.site.tickets, lesson_id, participant_id, up_to_ms
        )
        self.hub.check_tickets(lesson_id, participant_id)

    async def revoke_consoles(
        self, lesson_id: LessonId, participant_id: ParticipantId, up_to_ms: int
    ) -> None:
        """Of the phones of one place, all up to that time."""
        consoles_of_place = console_of(participant_id)
        await revocations.revoke_tickets(
            self.database, self.site.tickets, lesson_id, consoles_of_place, up_to_ms
        )
        self.hub.check_tickets(lesson_id, participant_id)

    async def turn_out(self, pc_id: PcId) -> None:
        """A classroom PC is not known any more."""
        self.site.tickets.revoke_pc(pc_id)
        await self.hub.turn_out(pc_id)


@asynccontextmanager
async def _task(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """`work` runs until the block ends."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
