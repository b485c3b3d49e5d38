"""Whatever a screen missed: a snapshot and the events after it always show what a fresh snapshot shows."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.errors import CommandRejected
from app.ids import (
    ClassroomId,
    DeckId,
    DeviceId,
    LessonId,
    ParticipantId,
    PupilId,
    SeatId,
    StrokeId,
    UserId,
)
from app.rooms import commands
from app.rooms.commands import Command, EndLesson
from app.rooms.decide import decide
from app.rooms.recorded import Recorded
from app.rooms.state import SIGNALS, LessonPlan, Role, Room, Seat
from app.signaling.directory import LessonCard
from app.signaling.feed import LessonFeed, encode
from app.signaling.limits import Limits
from app.signaling.viewer import Viewer
from tests.signaling.wire import DECK, LEAD, SEAT_1, SEAT_2, Screen, SignalServer, client, running
from tests.support.journal import MemoryJournal
from tests.support.waiting import until

START_MS = 1_800_000_000_000
OBSERVER, ASSISTANT = ParticipantId("observer_usr_o"), ParticipantId("assistant_usr_a")
ADMIN = ParticipantId("admin_usr_b")
PLAN = LessonPlan(
    lesson_id=LessonId("les_1"),
    lead_user_id=UserId("usr_lead"),
    starts_at_ms=START_MS,
    ends_at_ms=START_MS + 600_000,
    is_recorded=True,
    seats=(
        Seat(SeatId(SEAT_1), ClassroomId("cls_1"), may_be_recorded=True),
        Seat(SeatId(SEAT_2), ClassroomId("cls_2")),
    ),
)
CARD = LessonCard(
    "title",
    "subject",
    {"usr_lead": ("Li", "School")},
    pupils={ClassroomId("cls_1"): {PupilId("pup_1"): "Wang"}},
)
PUPILS = (PupilId("pup_1"), PupilId("pup_erased"), None)
VIEWERS = (
    Viewer(LEAD, Role.LEAD),
    Viewer(ASSISTANT, Role.ASSISTANT),
    Viewer(OBSERVER, Role.OBSERVER),
    Viewer(SEAT_1, Role.CLASSROOM),
    Viewer(SEAT_2, Role.CLASSROOM),
    Viewer(SEAT_1, Role.CLASSROOM, "projector"),
    Viewer(SEAT_1, Role.CLASSROOM, "console"),
)


def _any_command(chance: random.Random) -> Command:
    who = chance.choice((LEAD, SEAT_1, SEAT_2, OBSERVER, ASSISTANT))
    leader = chance.choice((LEAD, ASSISTANT))
    role = Role.CLASSROOM if who.startswith("sea") else Role(who.partition("_")[0])
    user = None if role is Role.CLASSROOM else UserId(who.partition("_")[2])
    device = DeviceId(f"dev_{chance.randrange(2)}")
    seat = SeatId(chance.choice((SEAT_1, SEAT_2)))
    source = chance.choice(("camera", "microphone", "screen", "document"))
    stroke = StrokeId(f"str_{chance.randrange(10**8):08}")
    codec = chance.choice(("vp8", "h264", None))
    return chance.choice(
        [
            *[commands.Join(who, role, device, user)] * 6,
            commands.Leave(who, device),
            commands.ReportCut(who, device),
            *[commands.StartLesson(LEAD)] * 2,
            *[commands.CallUp(LEAD, seat), commands.AcceptCallUp(ParticipantId(seat))] * 3,
            commands.DeclineCallUp(ParticipantId(seat)),
            commands.SendDown(LEAD, seat),
            *[commands.StartListenIn(LEAD, seat)] * 3,
            commands.StopListenIn(LEAD),
            commands.OpenFloor(LEAD),
            commands.CloseFloor(LEAD),
            commands.StartSingAlong(leader),
            commands.StopSingAlong(leader),
            *[commands.MoveSpotlight(leader, chance.choice((None, LEAD, who)))] * 2,
            *[commands.ProposeLead(leader, ASSISTANT), commands.AnswerLead(leader, True)] * 2,
            commands.ProposeLead(leader, LEAD),
            commands.AnswerLead(leader, False),
            *[commands.TakeLead(leader)] * 2,
            commands.CallForHelp(who),
            commands.ClearHelp(leader, who),
            commands.ReportHeard(ParticipantId(seat)),
            *[commands.SwitchSound(LEAD, chance.choice(("voice", "music")))] * 2,
            commands.Mute(LEAD, ParticipantId(seat)),
            commands.Unmute(LEAD, ParticipantId(seat)),
            *[commands.RaiseHand(ParticipantId(seat))] * 2,
            commands.LowerHand(LEAD, ParticipantId(seat)),
            commands.SwitchAutoAccept(ParticipantId(seat), chance.random() < 0.5),
            commands.RaiseSignal(ParticipantId(seat), chance.choice(SIGNALS)),
            commands.ClearSignal(LEAD, ParticipantId(seat)),
            *[commands.NamePupil(ParticipantId(seat), chance.choice(PUPILS))] * 2,
            commands.SwitchSource(who, source, chance.random() < 0.5),
            *[commands.TurnSlides(LEAD, DeckId(DECK), chance.randrange(1, 4))] * 2,
            commands.HideSlides(LEAD),
            *[commands.DrawStroke(LEAD, stroke, "blue", "1,2 3,4")] * 3,
            commands.UndoStroke(LEAD),
            commands.ClearStrokes(LEAD),
            *[commands.ReportPublication(who, source, codec)] * 4,
            commands.ReportRecordingStopped(ParticipantId(seat), source, "disk_full"),
            *[commands.ReportHeadCount(seat, chance.choice((0, 18, None)))] * 3,
            *[commands.CheckDeadlines()] * 4,
            commands.TakeUpRoom("boot", 0, START_MS),
        ]
    )


def _lesson(seed: int) -> Iterator[tuple[Recorded, ...]]:
    """The batches of a random lesson until it ends by itself or by its lead."""
    chance = random.Random(seed)
    feed = LessonFeed(PLAN, CARD, 10_000)
    now_ms = START_MS
    for turn in range(300):
        now_ms += chance.choice((10, 1_000, 1_000, 9_000))
        command = commands.EndLesson(ADMIN) if turn == 280 else _any_command(chance)
        try:
            events = decide(feed.room, command, now_ms)
        except CommandRejected:
            continue
        batch = tuple(
            Recorded(feed.room.seq + i, now_ms, 0, event) for i, event in enumerate(events, 1)
        )
        if batch:
            feed.publish(batch)
            yield batch


class _Page:
    """A screen fed by a feed, as its connection would."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.screen = Screen()

    def send_text(self, text: str) -> None:
        self.screen.take(json.loads(text))


def _fresh(feed: LessonFeed, viewer: Viewer) -> Screen:
    screen = Screen()
    screen.take(json.loads(encode(feed.snapshot(viewer, None))))
    return screen


@pytest.mark.parametrize("seed", range(12))
def test_events_after_a_snapshot_always_give_the_fresh_snapshot(seed: int) -> None:
    feed = LessonFeed(PLAN, CARD, 500)
    pages = [_Page(viewer) for viewer in VIEWERS]
    for page in pages:
        page.screen = _fresh(feed, page.viewer)
        feed.screens.add(page)
    for batch in _lesson(seed):
        feed.publish(batch)
        for page in pages:
            assert page.screen.state == _fresh(feed, page.viewer).state, batch
    assert feed.room.ended_ms is not None


def test_a_head_count_is_told_to_staff_and_to_the_classroom_itself() -> None:
    feed = LessonFeed(PLAN, CARD, 500)
    pages = [_Page(viewer) for viewer in VIEWERS]
    for page in pages:
        page.screen = _fresh(feed, page.viewer)
        feed.screens.add(page)
    seat = SeatId(SEAT_1)
    events = decide(feed.room, commands.ReportHeadCount(seat, 18), START_MS)
    feed.publish([Recorded(1, START_MS, 0, *events)])
    for screens in ([page.screen for page in pages], [_fresh(feed, one) for one in VIEWERS]):
        counts = [screen.participants[SEAT_1]["head_count"] for screen in screens]
        assert counts == [18, 18, 18, 18, None, 18, 18]
    assert feed.missed(VIEWERS[0], 1, 10) == []


@pytest.mark.parametrize("seed", range(12))
def test_resume_at_random_cuts_gives_the_fresh_snapshot(seed: int) -> None:
    """The link breaks after any message, also between two messages of one event."""
    chance = random.Random(seed)
    feed = LessonFeed(PLAN, CARD, 10_000)
    pages = [_Page(viewer) for viewer in VIEWERS]
    for page in pages:
        page.screen = _fresh(feed, page.viewer)
    resumed = snapshots = 0
    for batch in _lesson(seed):
        feed.publish(batch)
        for page in pages:
            if chance.random() < 0.7:
                continue
            missed = feed.missed(page.viewer, page.screen.seq, limit=10_000)
            if missed is None:
                snapshots += 1
                page.screen = _fresh(feed, page.viewer)
                continue
            is_cut_again = chance.random() < 0.3
            heard = missed[: chance.randrange(len(missed) + 1)] if is_cut_again else missed
            for message in heard:
                page.screen.take(json.loads(encode(message)))
            if len(heard) == len(missed):
                page.screen.take(json.loads(encode(feed.closing())))
                resumed += 1
                assert page.screen.state == _fresh(feed, page.viewer).state
    assert resumed > 20
    assert snapshots <= len(pages)


def test_a_gap_that_is_too_old_or_from_nowhere_needs_a_snapshot() -> None:
    feed = LessonFeed(PLAN, CARD, 20)
    for batch in _lesson(1):
        feed.publish(batch)
    viewer, last = VIEWERS[0], feed.room.seq
    assert feed.missed(viewer, 0, 500) is None
    assert feed.missed(viewer, last - 25, 500) is None
    assert feed.missed(viewer, last + 1, 500) is None
    assert feed.missed(viewer, last - 10, 0) is None
    assert feed.missed(viewer, last - 10, 500) is not None


def test_rows_that_were_told_already_are_not_told_again() -> None:
    feed = LessonFeed(PLAN, CARD, 500)
    batches = list(_lesson(2))
    for batch in batches:
        feed.publish(batch)
    room: Room = feed.room
    assert feed.publish(batches[-1]) == []
    assert feed.room is room


async def test_after_a_restart_of_the_server_every_page_catches_up_from_the_journal() -> None:
    journal = MemoryJournal()
    limits = Limits(heartbeat_s=1.0)
    first, second = SignalServer(journal, limits), SignalServer(journal, limits)
    async with running(first) as server, client(server) as lead, client(server) as classroom:
        await lead.enter(server.ticket(LEAD), "dev_l")
        await classroom.enter(server.ticket(SEAT_1), "dev_1")
        await lead.ask("lesson.start")
        await classroom.seen(lambda m: m["type"] == "lesson.started")
        await classroom.cut()
        await lead.seen(lambda m: m.get("event") == "participant.cut")
        await lead.ask("listen.start", seat_id=SEAT_1)
        await lead.ask("floor.open")
        old = classroom.screen
        await server.hub.close()
        assert await lead.closed() == 1012
        assert lead.inbox[-1] == {"type": "server.closing"}
    second.lessons.plans = first.lessons.plans
    async with (
        running(second) as server,
        client(server) as lead,
        client(server) as classroom,
        client(server) as window,
    ):
        await lead.enter(server.ticket(LEAD), "dev_l")
        classroom.screen = old
        answer = await classroom.enter(server.ticket(SEAT_1), "dev_1", last_seq=old.seq)
        assert answer["type"] == "room.resumed"
        await classroom.settle()
        await window.enter(server.ticket(SEAT_1), "dev_w", kind="projector")
        assert classroom.screen.state == window.screen.state
        assert window.screen.room["is_floor_open"] is True
        assert window.screen.room["phase"] == "live"
    types = [row[3] for row in journal.rows[LessonId("les_1")]]
    assert types.count("participant.joined") == 2


async def test_screens_that_know_the_end_of_a_cancelled_lesson_come_back_when_it_is_restored(
    server: SignalServer,
) -> None:
    lesson = LessonId("les_1")
    async with client(server) as classroom, client(server) as again:
        await classroom.enter(server.ticket(SEAT_1), "dev_1")
        await (await server.rooms.get(lesson)).execute(EndLesson(ADMIN))
        await classroom.seen(lambda m: m["type"] == "lesson.ended")
        server.lessons.plans[lesson] = replace(server.lessons.plans[lesson], is_restored=True)
        await server.rooms.renew(lesson)
        await server.rooms.get(lesson)
        assert await classroom.closed() == 1012
        last_seq = classroom.screen.seq
        answer = await again.enter(server.ticket(SEAT_1), "dev_1", last_seq=last_seq)
        assert answer["type"] == "room.snapshot"
        assert (again.screen.room["phase"], again.screen.room["ended_ms"]) == ("waiting", None)
        assert again.screen.participants[SEAT_1]["presence"] == "present"


async def test_sockets_of_a_lesson_that_moved_to_another_process_are_sent_away(
    server: SignalServer,
) -> None:
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        await server.journal.claim(LessonId("les_1"))
        answer = await lead.ask("lesson.start")
        assert (answer["type"], answer["code"]) == ("error", "lesson_unavailable")
        assert await lead.closed() == 1012
    await until(lambda: server.hub.connection_count == 0)
