"""The lesson routers over real rooms, a real journal and a real database."""

import re
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.console_codes import ConsoleCodes
from app.accounts.pc_identity import PcAuthenticator
from app.accounts.pcs import ClassroomPcs
from app.accounts.rate_limit import RateLimiter
from app.accounts.revocations import open_ticket_book, revoke_tickets
from app.accounts.tokens import TicketBook, console_of
from app.attendance import endpoints as attendance_endpoints
from app.attendance.ledger import endpoints as ledger_endpoints
from app.attendance.ledger.projector import project_ledger
from app.attendance.ledger.sums import add_up
from app.attendance.projector import project_attendance
from app.attendance.roll_call import endpoints as roll_call_endpoints
from app.attendance.roll_call.desk import RollCallDesk
from app.attendance.roll_call.head_counts import HeadCounts
from app.db.consent import Allowance
from app.db.engine import Database
from app.db.journal import Journal
from app.db.withdrawal import Withdrawal
from app.http import public_url
from app.ids import LessonId, ParticipantId, PcId, RecordingId
from app.lessons import (
    change_endpoints,
    consoles,
    endpoints,
    entry,
    guest_endpoints,
    pairing,
    timetable,
)
from app.lessons.changes import LessonChanges
from app.lessons.control import RoomsControl
from app.lessons.endpoints import LessonDesk
from app.lessons.entry import EntryDesk
from app.lessons.guests import Guests
from app.lessons.plan import plan_loader
from app.lessons.projector import project_lesson
from app.lessons.reporting import lesson_for_report, seat_for_roll_call
from app.lessons.repository import LessonStore
from app.lessons.wall import endpoints as wall_endpoints
from app.lessons.wall.wall import Wall
from app.recording.watching.repository import Watching
from app.recording.withdrawal import RecordingWithdrawal
from app.rooms.runtime import Rooms
from app.schools import endpoints as schools_endpoints
from app.schools import pcs
from app.schools.health import devices
from app.schools.health import endpoints as health_endpoints
from app.settings import Settings
from tests.support.api import Api, Time
from tests.support.clock import START_MS, FakeClock

INTERNAL_SECRET = "internal-secret"


class LessonApi(Api):
    """`Api` with everything around lessons; `rooms` is what signalling would use."""

    rooms: Rooms
    store: LessonStore
    book: TicketBook
    control: RoomsControl
    clock: FakeClock
    is_recorder_there: bool = True
    withdrawal: Withdrawal
    lost: list[set[Allowance]]
    """What `withdrawal` took down."""


async def no_recordings(lesson_ids: Sequence[LessonId]) -> Mapping[LessonId, RecordingId]:
    return {lesson_id: RecordingId(f"rec_of_{lesson_id}") for lesson_id in lesson_ids[:1]}


@asynccontextmanager
async def lesson_api(
    database: Database,
    streamed_bodies: Mapping[re.Pattern[str], int] | None = None,
    larger_bodies: Mapping[re.Pattern[str], int] | None = None,
) -> AsyncIterator[LessonApi]:
    time = Time(START_MS)
    api = LessonApi(database, time, larger_bodies, streamed_bodies)
    api.store = LessonStore(database, time)
    api.book = await open_ticket_book(database)
    api.clock = FakeClock()
    journal = Journal(database, [project_attendance, project_lesson, project_ledger])
    api.rooms = Rooms(journal, plan_loader(api.store, Settings()), api.clock, [])
    api.control = RoomsControl(api.rooms)
    api.lost = []

    async def take_down(_session: AsyncSession, lost: Collection[Allowance], _now_ms: int) -> int:
        api.lost.append({*lost})
        return len(lost)

    api.withdrawal = Withdrawal(take_down, RecordingWithdrawal(database, api.rooms).end)

    def revoke(
        lesson_id: LessonId, participant_id: ParticipantId, up_to_ms: int
    ) -> Awaitable[None]:
        return revoke_tickets(database, api.book, lesson_id, participant_id, up_to_ms)

    desk = EntryDesk(
        api.store,
        api.book,
        revoke,
        now_ms=time,
        ticket_grace_ms=1_800_000,
    )

    async def turn_out(pc_id: PcId) -> None:
        api.book.revoke_pc(pc_id)

    pairing_desk = pairing.PairingDesk(
        database,
        api.store,
        desk,
        turn_out,
        per_address=RateLimiter(5, 300),
        overall=RateLimiter(300, 300),
        now_ms=time,
    )
    console_desk = consoles.ConsoleDesk(
        api.store,
        ConsoleCodes(database),
        desk,
        api.book.read_ticket,
        lambda lesson_id, place, up_to_ms: revoke(lesson_id, console_of(place), up_to_ms),
        per_address=RateLimiter(5, 300),
        overall=RateLimiter(300, 300),
        now_ms=time,
    )

    authenticate_pc = PcAuthenticator(ClassroomPcs(database), time)
    changes = LessonChanges(database, api.store, api.control, time)
    guests = Guests(database, api.store, changes, api.sessions, now_ms=time, grace_ms=1_800_000)
    lesson_desk = LessonDesk(database, api.store, api.control, no_recordings, revoke, time)
    api.include(
        consoles.build_router(console_desk),
        endpoints.build_router(lesson_desk, api.authenticate),
        change_endpoints.build_router(lesson_desk, api.store, changes, api.authenticate),
        guest_endpoints.build_router(guests, api.store, api.authenticate, RateLimiter(20, 300)),
        entry.build_router(desk, api.authenticate, INTERNAL_SECRET),
        attendance_endpoints.build_router(
            database,
            lesson_for_report(api.store),
            Watching(database).of_lesson,
            api.authenticate,
            time,
        ),
        ledger_endpoints.build_router(database, api.authenticate, time),
        roll_call_endpoints.build_router(
            RollCallDesk(
                database,
                seat_for_roll_call(api.store),
                HeadCounts(api.rooms).tell,
                api.withdrawal,
                add_up,
                time,
            ),
            api.authenticate,
            api.book.read_any_ticket,
            time,
        ),
        schools_endpoints.build_router(database, api.authenticate),
        pairing.build_router(pairing_desk, api.authenticate),
        timetable.build_router(
            timetable.TimetableDesk(api.store, desk, time),
            authenticate_pc,
            ClassroomPcs(database).note_clock,
        ),
        devices.build_router(devices.DeviceDesk(database, time), authenticate_pc),
        health_endpoints.build_router(database, api.authenticate, time),
        wall_endpoints.build_router(
            Wall(database, api.rooms.live, lambda: api.is_recorder_there, time), api.authenticate
        ),
        pcs.build_router(
            pcs.PcDesk(
                database, turn_out, lambda request: public_url(request, ""), lambda: "", time
            ),
            api.authenticate,
        ),
    )
    try:
        yield api
    finally:
        await api.rooms.close()
        await journal.close()
