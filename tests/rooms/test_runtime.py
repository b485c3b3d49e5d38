"""The live room: journal first, one task, deadlines by themselves, and taking up after a restart."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from app.errors import CommandRejected, NotFound, Unavailable
from app.ids import LessonId
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    EndLesson,
    RaiseHand,
    ReportCut,
    ReportEpochClosed,
    StartLesson,
)
from app.rooms.events import (
    CallUpExpired,
    ClockAnchored,
    Event,
    HandRaised,
    LessonEnded,
    ParticipantCut,
    ParticipantLeft,
)
from app.rooms.evolve import fold
from app.rooms.recorded import Recorded
from app.rooms.runtime import (
    CLAIM_AGAIN_AFTER_MS,
    MAILBOX_SIZE,
    RELEASE_AFTER_MS,
    Clock,
    RoomRuntime,
    Rooms,
)
from app.rooms.state import LessonPlan, Phase, Presence
from tests.rooms.lesson import LEAD, LESSON, MINUTE_MS, PLAN, SEAT_A, A, B, join_of
from tests.support.clock import FakeClock, settle
from tests.support.journal import MemoryJournal


class Server:
    """One pretended server process; several may share a journal."""

    def __init__(self, journal: MemoryJournal, clock: FakeClock) -> None:
        self.journal = journal
        self.clock = clock
        self.heard: list[Recorded] = []
        self.plans_loaded = 0
        self.rooms = Rooms(journal, self._load_plan, clock, [self._listen])

    async def _load_plan(self, lesson_id: LessonId) -> LessonPlan:
        self.plans_loaded += 1
        await asyncio.sleep(0)
        if lesson_id != LESSON:
            raise NotFound("There is no such lesson.")
        return PLAN

    def _listen(self, runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        assert runtime.room.seq == recorded[-1].seq, "listeners are told after the fold"
        self.heard += recorded

    async def live_room(self) -> RoomRuntime:
        runtime = await self.rooms.get(LESSON)
        for who in (LEAD, A, B):
            await runtime.execute(join_of(who))
        await runtime.execute(StartLesson(LEAD))
        return runtime

    def events(self) -> list[Event]:
        return [row.event for row in self.heard]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Server]]:
    servers: list[Server] = []
    journal = MemoryJournal()

    def new(clock: FakeClock | None = None) -> Server:
        servers.append(Server(journal, clock or FakeClock()))
        return servers[-1]

    yield new
    for server in servers:
        await server.rooms.close()


async def test_what_a_command_leads_to_is_journalled_folded_and_told(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    runtime = await server.live_room()
    (row,) = await runtime.execute(RaiseHand(A))
    assert row.event == HandRaised(A)
    assert (await server.journal.load(LESSON))[-1] == row == server.heard[-1]
    assert runtime.room.participants[A].hand_raised_ms == row.at_ms
    assert await runtime.execute(RaiseHand(A)) == ()


async def test_a_refusal_reaches_the_caller_and_changes_nothing(
    serve: Callable[..., Server],
) -> None:
    runtime = await serve().live_room()
    before = runtime.room
    with pytest.raises(CommandRejected) as refusal:
        await runtime.execute(CallUp(A, SEAT_A))
    assert refusal.value.code == "not_allowed"
    assert runtime.room == before


async def test_the_journal_alone_tells_the_room(serve: Callable[..., Server]) -> None:
    server = serve()
    runtime = await server.live_room()
    await runtime.execute(CallUp(LEAD, SEAT_A))
    await runtime.execute(AcceptCallUp(A))
    await runtime.execute(ReportCut(B, join_of(B).device_id))
    await server.clock.advance(25_000)
    assert fold(PLAN, await server.journal.load(LESSON)) == runtime.room
    assert [r.seq for r in server.heard] == list(range(1, len(server.heard) + 1))


async def test_deadlines_fire_by_themselves(serve: Callable[..., Server]) -> None:
    server = serve()
    runtime = await server.live_room()
    await runtime.execute(CallUp(LEAD, SEAT_A))
    await server.clock.advance(29_999)
    assert CallUpExpired(SEAT_A) not in server.events()
    await server.clock.advance(1)
    assert CallUpExpired(SEAT_A) in server.events()


async def test_the_real_clock_fires_deadlines_too() -> None:
    clock, journal = Clock(), MemoryJournal()
    now_ms = clock.now_ms()
    short = LessonPlan(
        LESSON, PLAN.lead_user_id, now_ms - 1_000, now_ms, False, PLAN.seats, overtime_ms=50
    )
    ended = asyncio.Event()

    async def load_plan(lesson_id: LessonId) -> LessonPlan:
        return short

    def listen(runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        if any(isinstance(row.event, LessonEnded) for row in recorded):
            ended.set()

    rooms = Rooms(journal, load_plan, clock, [listen])
    runtime = await rooms.get(LESSON)
    await asyncio.wait_for(ended.wait(), 5)
    assert runtime.room.end_reason == "cancelled"
    await rooms.close()


async def test_a_new_process_takes_up_the_lesson_and_gives_everybody_time_to_return(
    serve: Callable[..., Server],
) -> None:
    first = serve()
    before = (await first.live_room()).room
    await first.rooms.close()
    second = serve(FakeClock(first.clock.now_ms() + 5 * MINUTE_MS, boot_id="boot_2"))
    await second.rooms.resume_live([LESSON])
    (runtime,) = second.rooms.live()
    assert isinstance(second.events()[0], ClockAnchored)
    assert set(second.events()[1:]) == {ParticipantCut(who) for who in (LEAD, A, B)}
    await runtime.execute(join_of(A))
    await second.clock.advance(59_999)
    assert not any(isinstance(e, ParticipantLeft) for e in second.events())
    await second.clock.advance(1)
    assert runtime.room.participants[A].presence is Presence.PRESENT
    assert runtime.room.participants[B].presence is Presence.ABSENT
    assert (runtime.room.phase, runtime.room.started_ms) == (Phase.LIVE, before.started_ms)


async def test_time_in_the_journal_never_runs_backwards(serve: Callable[..., Server]) -> None:
    first = serve()
    runtime = await first.live_room()
    await first.clock.advance(MINUTE_MS)
    await runtime.execute(RaiseHand(A))
    await first.rooms.close()
    second = serve(FakeClock(first.clock.now_ms() - 3_600_000))
    runtime = await second.rooms.get(LESSON)
    await runtime.execute(join_of(A))
    await runtime.execute(CallUp(LEAD, SEAT_A))
    times = [row.at_ms for row in await second.journal.load(LESSON)]
    assert times == sorted(times)
    await second.clock.advance(30_000)
    assert CallUpExpired(SEAT_A) in second.events()


async def test_a_room_that_another_process_took_stops(serve: Callable[..., Server]) -> None:
    first, second = serve(), serve()
    old = await first.live_room()
    await second.rooms.get(LESSON)
    with pytest.raises(Unavailable) as stopped:
        await old.execute(RaiseHand(A))
    assert stopped.value.code == "room_stopped"
    await asyncio.wait_for(old.wait_stopped(), 1)
    assert first.rooms.live() == []
    with pytest.raises(Unavailable):
        await first.rooms.get(LESSON)
    await first.clock.advance(CLAIM_AGAIN_AFTER_MS)
    assert await first.rooms.get(LESSON) is not old


async def test_when_the_journal_cannot_be_written_nothing_happens(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    runtime = await server.live_room()
    told = len(server.heard)
    server.journal.fail_next = OSError("disk full")
    with pytest.raises(Unavailable) as unavailable:
        await runtime.execute(RaiseHand(A))
    assert unavailable.value.code == "journal_unavailable"
    assert runtime.room.participants[A].hand_raised_ms is None
    assert len(server.heard) == told
    assert [row.event for row in await runtime.execute(RaiseHand(A))] == [HandRaised(A)]


async def test_a_commit_that_broke_after_it_was_written_is_found_in_the_journal(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    runtime = await server.live_room()
    server.journal.fail_after_write = ConnectionError("connection lost during commit")
    with pytest.raises(Unavailable):
        await runtime.execute(RaiseHand(A))
    assert await runtime.execute(RaiseHand(A)) == ()
    assert HandRaised(A) in server.events()
    assert fold(PLAN, await server.journal.load(LESSON)) == runtime.room


async def test_a_full_mailbox_refuses_instead_of_waiting(serve: Callable[..., Server]) -> None:
    runtime = await serve().live_room()
    clicks = [asyncio.create_task(runtime.execute(RaiseHand(A))) for _ in range(MAILBOX_SIZE + 9)]
    outcomes = await asyncio.gather(*clicks, return_exceptions=True)
    busy = [o for o in outcomes if isinstance(o, CommandRejected) and o.code == "busy"]
    assert len(busy) == 9
    assert sum(isinstance(o, tuple) and len(o) == 1 for o in outcomes) == 1


async def test_a_caller_that_gives_up_does_not_disturb_the_room(
    serve: Callable[..., Server],
) -> None:
    runtime = await serve().live_room()
    click = asyncio.create_task(runtime.execute(RaiseHand(A)))
    await asyncio.sleep(0)
    click.cancel()
    await settle()
    assert click.cancelled()
    assert runtime.room.participants[A].hand_raised_ms is not None
    assert await runtime.execute(RaiseHand(B))


async def test_many_callers_take_a_room_up_once(serve: Callable[..., Server]) -> None:
    server = serve()
    first = asyncio.create_task(server.rooms.get(LESSON))
    others = [asyncio.create_task(server.rooms.get(LESSON)) for _ in range(5)]
    await asyncio.sleep(0)
    first.cancel()
    runtimes = await asyncio.gather(*others)
    assert len({id(r) for r in runtimes}) == 1
    assert server.plans_loaded == 1
    assert server.journal.leases[LESSON] == 1


async def test_an_unknown_lesson_is_not_found_and_stops_no_other(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    with pytest.raises(NotFound):
        await server.rooms.get(LessonId("les_none"))
    await server.rooms.resume_live([LessonId("les_none"), LESSON])
    assert [r.lesson_id for r in server.rooms.live()] == [LESSON]


async def test_a_listener_that_fails_keeps_nothing_from_the_others(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    seen: list[int] = []

    def broken(runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        raise RuntimeError("listener")

    server.rooms.add_listener(broken)
    server.rooms.add_listener(lambda runtime, recorded: seen.append(recorded[-1].seq))
    runtime = await server.live_room()
    assert seen[-1] == runtime.room.seq


async def test_a_lesson_that_is_over_leaves_memory_and_still_takes_reports(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    runtime = await server.live_room()
    await runtime.execute(EndLesson(LEAD))
    assert server.rooms.live() == []
    await server.clock.advance(RELEASE_AFTER_MS - 1)
    await runtime.execute(ReportEpochClosed("epo_1"))
    await server.clock.advance(RELEASE_AFTER_MS - 1)
    assert await server.rooms.get(LESSON) is runtime
    await server.clock.advance(1)
    assert runtime.is_stopped
    rows = len(server.heard)
    again = await server.rooms.get(LESSON)
    assert again is not runtime
    assert len(server.heard) == rows, "looking at an old lesson writes nothing"
    await again.execute(ReportEpochClosed("epo_2"))
    assert [type(e).__name__ for e in server.events()[rows:]] == ["ClockAnchored", "EpochClosed"]


async def test_close_ends_every_task(serve: Callable[..., Server]) -> None:
    server = serve()
    runtime = await server.live_room()
    await server.rooms.close()
    assert runtime.is_stopped
    with pytest.raises(Unavailable):
        await runtime.execute(RaiseHand(A))
    with pytest.raises(Unavailable):
        await server.rooms.get(LESSON)
    assert [t.get_name() for t in asyncio.all_tasks() if "room" in t.get_name()] == []
