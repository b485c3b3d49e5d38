"""Rooms and engines reconciled: the plan as a function, the reactor against an engine in memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

import pytest

from app.errors import NotFound
from app.ids import DeviceId, LessonId, ParticipantId, PublicationId, publication_id
from app.media.desired import (
    SLOTS,
    Admit,
    CloseRoom,
    DesiredRoom,
    OpenRoom,
    Permit,
    Remove,
    RequestKeyframe,
    desired_room,
    plan,
)
from app.media.port import (
    EngineConnected,
    EngineLost,
    EngineMetrics,
    EngineSnapshot,
    EngineUnavailable,
    LayersWanted,
    MediaEngine,
    MediaEvent,
    MediaGrant,
    MediaPermissions,
    ParticipantSnapshot,
    Pause,
    PublicationAdded,
    PublicationRemoved,
    QualityMeasured,
    RtpSink,
    SlotGroup,
    SlotMapped,
    Source,
    SpeakersChanged,
    SubscriptionPaused,
)
from app.media.reactor import MediaReactor
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    EndLesson,
    Leave,
    Mute,
    ReportCut,
    SendDown,
    StartLesson,
    StartListenIn,
)
from app.rooms.runtime import RoomRuntime, Rooms
from app.rooms.state import LessonPlan
from app.rooms.views import VideoCaps
from tests.rooms.lesson import LEAD, LESSON, PLAN, SEAT_A, A, B, join_of, live_lesson
from tests.support.clock import FakeClock
from tests.support.journal import MemoryJournal
from tests.support.waiting import until


@dataclass
class _Member:
    permissions: MediaPermissions
    slots: dict[str, ParticipantId | None] = field(default_factory=dict)
    paused: dict[PublicationId, Pause] = field(default_factory=dict)
    publications: dict[PublicationId, str] = field(default_factory=dict)


class MemoryEngine:
    """A MediaEngine without media: it holds what it is told, and can be restarted."""

    def __init__(self, media_epoch: int = 100) -> None:
        self.media_epoch = media_epoch
        self.rooms: dict[LessonId, dict[ParticipantId, _Member]] = {}
        self.sinks: set[PublicationId] = set()
        self.calls: list[tuple[str, object]] = []
        self.keyframes: list[PublicationId] = []
        self.is_up = True
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue()

    @property
    def is_available(self) -> bool:
        return self.is_up

    def _called(self, name: str, what: object) -> None:
        if not self.is_up:
            raise EngineUnavailable("down")
        self.calls.append((name, what))

    async def open_room(self, lesson_id: LessonId) -> None:
        self._called("open_room", lesson_id)
        self.rooms.setdefault(lesson_id, {})

    async def admit(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        permissions: MediaPermissions,
        slots: tuple[SlotGroup, ...],
    ) -> MediaGrant:
        self._called("admit", participant_id)
        assert slots == SLOTS
        room = self.rooms.setdefault(lesson_id, {})
        member = room.setdefault(participant_id, _Member(permissions))
        self._apply(lesson_id, participant_id, member, permissions)
        return MediaGrant("webrtc", self.media_epoch)

    async def permit(
        self, lesson_id: LessonId, participant_id: ParticipantId, permissions: MediaPermissions
    ) -> None:
        self._called("permit", participant_id)
        member = self.rooms.get(lesson_id, {}).get(participant_id)
        if member is not None:
            self._apply(lesson_id, participant_id, member, permissions)

    def _apply(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        member: _Member,
        permissions: MediaPermissions,
    ) -> None:
        member.permissions = permissions
        wanted = {
            (reception.slot_group, ParticipantId(publication.rpartition("/")[0]))
            for publication, reception in permissions.receive.items()
        }
        mapped: dict[str, ParticipantId | None] = {}
        taken: Counter[str] = Counter()
        for group, publisher in sorted(wanted):
            mapped[f"{group}.{taken[group]}"] = publisher
            taken[group] += 1
        for slot in sorted(mapped.keys() | member.slots.keys()):
            if mapped.get(slot) != member.slots.get(slot):
                self.emit(SlotMapped(lesson_id, participant_id, slot, mapped.get(slot)))
        member.slots = mapped

    async def close_page(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        self._called("close_page", participant_id)
        member = self.rooms.get(lesson_id, {}).get(participant_id)
        for publication in list(member.publications) if member is not None else ():
            self.emit(PublicationRemoved(lesson_id, participant_id, publication))
        if member is not None:
            member.publications.clear()

    async def remove(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        self._called("remove", participant_id)
        member = self.rooms.get(lesson_id, {}).pop(participant_id, None)
        for publication in member.publications if member else ():
            self.emit(PublicationRemoved(lesson_id, participant_id, publication))

    async def close_room(self, lesson_id: LessonId) -> None:
        self._called("close_room", lesson_id)
        self.rooms.pop(lesson_id, None)

    async def attach_sink(self, sink: RtpSink) -> None:
        self._called("attach_sink", sink)
        self.sinks.add(sink.publication_id)

    async def detach_sink(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        self._called("detach_sink", publication_id)
        self.sinks.discard(publication_id)

    async def request_keyframe(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        self._called("request_keyframe", publication_id)
        self.keyframes.append(publication_id)

    async def snapshot(self) -> EngineSnapshot:
        self._called("snapshot", None)
        return EngineSnapshot(
            self.media_epoch,
            {
                lesson_id: {
                    who: ParticipantSnapshot(
                        m.permissions,
                        dict(m.publications),
                        dict(m.slots),
                        "closed",
                        "closed",
                        paused=dict(m.paused),
                    )
                    for who, m in room.items()
                }
                for lesson_id, room in self.rooms.items()
            },
            frozenset(self.sinks),
        )

    async def stats(self, lesson_id: LessonId) -> Mapping[str, object]:
        return {}

    async def metrics(self) -> EngineMetrics:
        return EngineMetrics(self.media_epoch, len(self.rooms), 0, {}, {}, 0.0, 0.0, 0)

    async def events(self) -> AsyncIterator[MediaEvent]:
        self._events = asyncio.Queue()  # A new app process does not hear what the old one missed.
        while True:
            yield await self._events.get()

    # -- what the world does to it

    def emit(self, event: MediaEvent) -> None:
        self._events.put_nowait(event)

    def publish(self, who: ParticipantId, source: Source, codec: str) -> PublicationId:
        identifier = publication_id(who, source.value)
        self.rooms[LESSON][who].publications[identifier] = codec
        self.emit(PublicationAdded(LESSON, who, identifier, source, codec))
        return identifier

    def unpublish(self, who: ParticipantId, source: Source) -> None:
        identifier = publication_id(who, source.value)
        del self.rooms[LESSON][who].publications[identifier]
        self.emit(PublicationRemoved(LESSON, who, identifier))

    def lose_link(self) -> None:
        self.is_up = False
        self.emit(EngineLost())

    def come_back(self, *, is_restarted: bool) -> None:
        if is_restarted:
            self.media_epoch += 1
            self.rooms.clear()
            self.sinks.clear()
        self.is_up = True
        self.emit(EngineConnected(self.media_epoch))


class Pages:
    """What signalling would tell the pages."""

    def __init__(self) -> None:
        self.grants: dict[ParticipantId, list[tuple[MediaGrant, MediaPermissions]]] = {}
        self.slots: dict[tuple[ParticipantId, str], ParticipantId | None] = {}
        self.slot_messages: list[SlotMapped] = []
        self.paused: list[SubscriptionPaused] = []
        self.layers: list[LayersWanted] = []
        self.speakers: list[SpeakersChanged] = []
        self.revoked: list[tuple[LessonId, str]] = []

    def grant(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        grant: MediaGrant,
        permissions: MediaPermissions,
    ) -> None:
        assert lesson_id == LESSON
        self.grants.setdefault(participant_id, []).append((grant, permissions))

    def slot_mapped(self, event: SlotMapped) -> None:
        assert event.participant_id in self.grants, "a page learns of slots after its grant"
        self.slot_messages.append(event)
        self.slots[event.participant_id, event.slot] = event.publisher_id

    def subscription_paused(self, event: SubscriptionPaused) -> None:
        self.paused.append(event)

    def layers_wanted(self, event: LayersWanted) -> None:
        self.layers.append(event)

    def speakers_changed(self, event: SpeakersChanged) -> None:
        self.speakers.append(event)

    def revoke_all(self, lesson_id: LessonId, reason: str) -> None:
        self.revoked.append((lesson_id, reason))

    def epochs(self, who: ParticipantId) -> list[int]:
        return [grant.media_epoch for grant, _ in self.grants.get(who, [])]

    def publish(self, who: ParticipantId) -> frozenset[Source]:
        return self.grants[who][-1][1].publish


class App:
    """One pretended app process over engines and a journal that outlive it."""

    def __init__(
        self,
        engines: list[MemoryEngine],
        journal: MemoryJournal,
        assigned: dict[LessonId, int],
        boot_id: str = "boot_1",
    ) -> None:
        self.clock = FakeClock(boot_id=boot_id)
        self.engines = engines
        self.engine = engines[0]
        self.assigned = assigned
        self.rooms = Rooms(journal, self._load_plan, self.clock)
        checked: list[MediaEngine] = [*engines]
        self.reactor = MediaReactor(self.rooms, checked, self._load_engine, self._save_engine)
        self.rooms.add_listener(self.reactor.on_room_events)
        self.pages = Pages()
        self.reactor.listeners.append(self.pages)

    async def _load_plan(self, lesson_id: LessonId) -> LessonPlan:
        if lesson_id != LESSON:
            raise NotFound("There is no such lesson.")
        return PLAN

    async def _load_engine(self, lesson_id: LessonId) -> int | None:
        return self.assigned.get(lesson_id)

    async def _save_engine(self, lesson_id: LessonId, index: int) -> None:
        self.assigned[lesson_id] = index

    async def live_room(self) -> RoomRuntime:
        runtime = await self.rooms.get(LESSON)
        for who in (LEAD, A, B):
            await runtime.execute(join_of(who))
        await runtime.execute(StartLesson(LEAD))
        await until(self.is_settled)
        return runtime

    def is_settled(self) -> bool:
        """The engine holds what the room wants, and every page knows what it may send."""
        (runtime,) = self.rooms.live()
        desired = desired_room(runtime.room, VideoCaps())
        assert desired is not None
        return self.held() == desired.participants and all(
            who in self.pages.grants and self.pages.publish(who) == permissions.publish
            for who, permissions in desired.participants.items()
        )

    def held(self) -> dict[ParticipantId, MediaPermissions]:
        return {k: m.permissions for k, m in self.engine.rooms.get(LESSON, {}).items()}

    async def close(self) -> None:
        await self.reactor.close()
        await self.rooms.close()


@pytest.fixture
async def open_app() -> AsyncIterator[Callable[..., App]]:
    apps: list[App] = []
    journal = MemoryJournal()

    def new(
        engines: list[MemoryEngine] | None = None,
        assigned: dict[LessonId, int] | None = None,
        boot_id: str = "boot_1",
    ) -> App:
        apps.append(
            App(
                engines or [MemoryEngine()],
                journal,
                assigned if assigned is not None else {},
                boot_id,
            )
        )
        return apps[-1]

    yield new
    for app in apps:
        await app.close()


# -- the plan


def test_the_plan_for_an_empty_engine_opens_admits_and_asks_for_keyframes() -> None:
    told = live_lesson()
    desired = desired_room(told.room, VideoCaps())
    assert desired is not None
    calls = plan(LESSON, desired, None)
    assert calls[0] == OpenRoom(LESSON)
    assert {c.participant_id for c in calls[1:] if isinstance(c, Admit)} == set(
        told.room.participants
    )
    camera = publication_id(LEAD, "camera")
    with_video = DesiredRoom(desired.participants, frozenset({camera}))
    assert plan(LESSON, with_video, None)[-1] == RequestKeyframe(LESSON, camera)


def test_a_plan_that_is_carried_out_leaves_nothing_to_do() -> None:
    told = live_lesson()
    desired = desired_room(told.room, VideoCaps())
    assert desired is not None
    assert plan(LESSON, desired, desired.participants) == ()
    assert plan(LESSON, None, None) == ()
    assert plan(LESSON, None, {}) == (CloseRoom(LESSON),)


def test_the_plan_removes_before_it_lets_in_and_changes_only_what_differs() -> None:
    told = live_lesson()
    before = desired_room(told.room, VideoCaps())
    told.does(Leave(B, join_of(B).device_id))
    told.does(Mute(LEAD, A))
    after = desired_room(told.room, VideoCaps())
    assert before is not None and after is not None
    calls = plan(LESSON, after, before.participants)
    assert calls[0] == Remove(LESSON, B)
    permitted = {c.participant_id for c in calls if isinstance(c, Permit)}
    assert A in permitted and B not in permitted
    assert not any(isinstance(c, Admit | OpenRoom) for c in calls)


def test_a_keyframe_is_asked_for_where_a_picture_is_newly_seen_and_only_there() -> None:
    told = live_lesson()
    camera = publication_id(A, "camera")

    def step() -> DesiredRoom:
        desired = desired_room(told.room, VideoCaps())
        assert desired is not None
        return DesiredRoom(desired.participants, frozenset({camera}))

    off = step()
    told.does(CallUp(LEAD, SEAT_A))
    told.does(AcceptCallUp(A))
    on = step()
    up = plan(LESSON, on, off.participants)
    assert up[-1] == RequestKeyframe(LESSON, camera)
    assert sum(isinstance(c, RequestKeyframe) for c in up) == 1
    down = plan(LESSON, off, on.participants)
    assert not any(isinstance(c, RequestKeyframe) for c in down)


# -- the reactor


async def test_the_engine_holds_what_the_room_wants_and_each_page_gets_its_grant(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    await app.live_room()
    assert app.pages.publish(LEAD) == set(Source)
    assert app.pages.publish(A) == {Source.CAMERA, Source.MICROPHONE}
    assert app.pages.epochs(A)[-1] == app.engine.media_epoch
    assert app.reactor.engine_of(LESSON) is app.engine
    await until(lambda: (A, "lead.0") in app.pages.slots)


async def test_before_the_start_pages_may_connect_but_send_nothing(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.rooms.get(LESSON)
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.grants.get(A))
    assert app.pages.publish(A) == frozenset()
    assert app.held()[A].receive == {}


async def test_a_call_up_reaches_the_forwarder_and_sending_down_takes_it_back(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    camera = app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing == {"camera": "vp8"})
    microphone = publication_id(A, "microphone")
    assert microphone not in app.held()[B].receive
    await until(app.is_settled)
    app.engine.keyframes.clear()
    await runtime.execute(CallUp(LEAD, SEAT_A))
    await runtime.execute(AcceptCallUp(A))
    await until(lambda: camera in app.engine.keyframes)
    assert app.held()[B].receive[microphone].slot_group == "classrooms"
    assert app.pages.grants[A][-1][1].video_cap_bps == 800_000
    await runtime.execute(SendDown(LEAD, SEAT_A))
    await until(lambda: microphone not in app.held()[B].receive)
    assert camera not in app.held()[B].receive


async def test_a_page_is_told_when_it_may_no_longer_send_sound(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(Mute(LEAD, A))
    await until(lambda: app.pages.publish(A) == {Source.CAMERA})
    assert len(set(app.pages.epochs(A))) == 1, "the connections stay"


async def test_publications_are_reported_to_the_room(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.MICROPHONE, "opus")
    await until(lambda: runtime.room.participants[A].publishing == {"microphone": "opus"})
    app.engine.unpublish(A, Source.MICROPHONE)
    await until(lambda: not runtime.room.participants[A].publishing)


async def test_a_changed_quality_reaches_the_room_once(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    before = runtime.room.seq
    for quality in ("good", "good", "poor", "poor"):
        app.engine.emit(QualityMeasured(LESSON, A, quality, 5, 7))  # type: ignore[arg-type]
    await until(lambda: runtime.room.participants[A].quality == "poor")
    app.engine.emit(QualityMeasured(LESSON, B, "good", 0, 0))
    await until(lambda: runtime.room.participants[B].quality == "good")
    assert runtime.room.seq == before + 3


async def test_a_voice_is_noted_once_it_is_heard_also_when_it_began_before(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.emit(SpeakersChanged(LESSON, (LEAD, A)))
    app.engine.emit(QualityMeasured(LESSON, B, "good", 0, 0))
    await until(lambda: runtime.room.participants[B].quality == "good")
    assert runtime.room.participants[A].heard_ms is None, "nobody hears it yet"
    await runtime.execute(StartListenIn(LEAD, SEAT_A))
    await until(lambda: runtime.room.participants[A].heard_ms is not None)
    before = runtime.room.seq
    app.engine.emit(SpeakersChanged(LESSON, ()))
    app.engine.emit(QualityMeasured(LESSON, B, "poor", 0, 0))
    await until(lambda: runtime.room.participants[B].quality == "poor")
    assert runtime.room.seq == before + 1


async def test_a_cut_keeps_the_peers_and_the_returning_socket_gets_the_same_grant(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await until(lambda: (A, "lead.0") in app.pages.slots)
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    app.pages.grants.pop(A)
    app.pages.slots.clear()
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.grants.get(A))
    assert app.pages.epochs(A) == [app.engine.media_epoch]
    await until(lambda: app.pages.slots.get((A, "lead.0")) == LEAD)
    assert ("remove", A) not in app.engine.calls


async def test_a_lost_participant_is_removed_and_starts_afresh(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await app.clock.advance(60_000)
    await until(lambda: A not in app.held())
    await runtime.execute(join_of(A))
    await until(lambda: A in app.held() and len(set(app.pages.epochs(A))) == 2)


async def test_the_replaced_device_loses_its_peers_at_once(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing)
    await runtime.execute(join_of(A, "dev_new"))
    await until(lambda: len(set(app.pages.epochs(A))) == 2)
    assert ("close_page", A) in app.engine.calls
    assert ("remove", A) not in app.engine.calls
    await until(lambda: not runtime.room.participants[A].publishing)


async def test_a_page_that_takes_over_from_a_session_keeps_its_connections(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await runtime.execute(join_of(A, "whip_1", is_resume=True))
    app.pages.grants.pop(A, None)
    await runtime.execute(join_of(A, is_resume=True))
    assert runtime.room.participants[A].device_id == join_of(A).device_id
    await until(lambda: app.pages.grants.get(A))
    assert app.pages.epochs(A) == [app.engine.media_epoch]
    assert not {name for name, _ in app.engine.calls} & {"remove", "close_page"}


async def test_the_end_closes_the_room(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    await runtime.execute(EndLesson(LEAD))
    await until(lambda: LESSON not in app.engine.rooms)
    assert (LESSON, "ended") in app.pages.revoked
    assert app.reactor.engine_of(LESSON) is None


async def test_after_an_engine_restart_everybody_gets_a_new_grant_at_once(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing)
    app.engine.lose_link()
    await runtime.execute(Mute(LEAD, B))
    app.engine.come_back(is_restarted=True)
    await until(lambda: all(app.pages.epochs(who)[-1] == 101 for who in (LEAD, A, B)))
    await until(app.is_settled)
    assert not runtime.room.participants[A].publishing
    assert app.pages.publish(B) == {Source.CAMERA}


async def test_a_link_that_only_blinks_disturbs_no_page(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    app.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: runtime.room.participants[A].publishing)
    grants = {who: list(told) for who, told in app.pages.grants.items()}
    app.engine.lose_link()
    # While nobody listened: one track went, another came.
    member = app.engine.rooms[LESSON][A]
    member.publications = {publication_id(A, "microphone"): "opus"}
    app.engine.come_back(is_restarted=False)
    await until(lambda: runtime.room.participants[A].publishing == {"microphone": "opus"})
    assert app.pages.grants == grants
    assert app.pages.revoked == []


async def test_pages_are_told_of_an_engine_that_stays_away_and_reconnect_after_it(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    await app.live_room()
    app.engine.lose_link()
    await until(lambda: (LESSON, "engine_lost") in app.pages.revoked)
    app.engine.come_back(is_restarted=False)
    await until(lambda: all(len(set(app.pages.epochs(w))) == 2 for w in (LEAD, A, B)))


async def test_a_restarted_app_finds_its_peers_in_the_engine(
    open_app: Callable[..., App],
) -> None:
    first = open_app()
    await first.reactor.start()
    before = await first.live_room()
    first.engine.publish(A, Source.CAMERA, "vp8")
    await until(lambda: before.room.participants[A].publishing)
    await first.close()
    first.engine.calls.clear()
    second = open_app([first.engine], first.assigned, "boot_2")
    await second.reactor.start()
    await until(lambda: second.rooms.live())
    runtime = await second.rooms.get(LESSON)
    await runtime.execute(join_of(A))
    await until(lambda: second.pages.grants.get(A))
    assert second.pages.epochs(A) == [second.engine.media_epoch], "media went on, so it stays"
    assert runtime.room.participants[A].publishing == {"camera": "vp8"}
    names = {name for name, _ in second.engine.calls}
    assert not names & {"remove", "close_room"}


async def test_rooms_that_nobody_wants_any_more_are_closed_at_start(
    open_app: Callable[..., App],
) -> None:
    first = open_app()
    await first.reactor.start()
    runtime = await first.live_room()
    await first.reactor.close()
    await runtime.execute(EndLesson(LEAD))
    await first.close()
    await first.engine.open_room(LessonId("les_forgotten"))
    second = open_app([first.engine], first.assigned)
    await second.reactor.start()
    await until(lambda: second.engine.rooms == {})


async def test_a_lesson_stays_with_the_engine_that_was_persisted_for_it(
    open_app: Callable[..., App],
) -> None:
    engines = [MemoryEngine(100), MemoryEngine(200)]
    app = open_app(engines, {LESSON: 1})
    app.engine = engines[1]
    await app.reactor.start()
    await app.live_room()
    assert app.reactor.engine_of(LESSON) is engines[1]
    assert engines[0].rooms == {}


async def test_a_new_lesson_goes_to_an_engine_that_runs(open_app: Callable[..., App]) -> None:
    engines = [MemoryEngine(100), MemoryEngine(200)]
    engines[0].is_up = False
    app = open_app(engines)
    app.engine = engines[1]
    await app.reactor.start()
    await app.live_room()
    assert app.assigned == {LESSON: 1}


async def test_a_new_lesson_goes_to_the_engine_with_the_fewest(
    open_app: Callable[..., App],
) -> None:
    engines = [MemoryEngine(100), MemoryEngine(200), MemoryEngine(300)]
    app = open_app(engines)
    app.engine = engines[2]
    app.reactor._assigned.update({LessonId("les_b"): 0, LessonId("les_c"): 1})
    await app.reactor.start()
    await app.live_room()
    assert app.assigned == {LESSON: 2}


async def test_pauses_and_taps_pass_on(open_app: Callable[..., App]) -> None:
    app = open_app()
    seen: list[MediaEvent] = []
    app.reactor.taps.append(lambda index, event: seen.append(event))
    await app.reactor.start()
    await app.live_room()
    pause = SubscriptionPaused(LESSON, A, publication_id(LEAD, "camera"), True, "loss")
    app.engine.emit(pause)
    await until(lambda: app.pages.paused == [pause])
    assert pause in seen


async def test_pauses_are_restated_to_who_returns_and_from_a_snapshot(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    camera, screen = publication_id(LEAD, "camera"), publication_id(LEAD, "screen")
    pause = SubscriptionPaused(LESSON, A, camera, True, "loss", True)
    resumed = SubscriptionPaused(LESSON, A, screen, False, "")
    app.engine.emit(SubscriptionPaused(LESSON, A, screen, True, "bandwidth"))
    app.engine.emit(resumed)
    app.engine.emit(pause)
    await until(lambda: pause in app.pages.paused)
    app.pages.paused.clear()
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.paused == [pause])
    app.engine.rooms[LESSON][A].paused[camera] = Pause("bandwidth", carries_stills=False)
    app.engine.emit(EngineConnected(app.engine.media_epoch))
    told = SubscriptionPaused(LESSON, A, camera, True, "bandwidth")
    await until(lambda: app.pages.paused == [pause, told])


async def test_wanted_layers_pass_on_and_are_restated(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    event = LayersWanted(LESSON, A, Source.CAMERA, (True, False, True))
    app.engine.emit(event)
    await until(lambda: app.pages.layers == [event])
    await runtime.execute(ReportCut(A, join_of(A).device_id))
    await runtime.execute(join_of(A))
    await until(lambda: app.pages.layers == [event, event])


async def test_speakers_pass_on(open_app: Callable[..., App]) -> None:
    app = open_app()
    await app.reactor.start()
    await app.live_room()
    event = SpeakersChanged(LESSON, (LEAD, A))
    app.engine.emit(event)
    await until(lambda: app.pages.speakers == [event])


async def test_a_failing_engine_call_is_repeated_from_a_snapshot(
    open_app: Callable[..., App], caplog: pytest.LogCaptureFixture
) -> None:
    app = open_app()
    await app.reactor.start()
    runtime = await app.live_room()
    admit = app.engine.admit
    failures = 0

    async def failing(*arguments: object) -> MediaGrant:
        nonlocal failures
        failures += 1
        raise RuntimeError("a bug in the engine")

    app.engine.admit = failing  # type: ignore[method-assign,assignment]
    await runtime.execute(join_of(ParticipantId("observer_usr_he"), "dev_o"))
    await until(lambda: failures)
    app.engine.admit = admit  # type: ignore[method-assign]
    await until(lambda: ParticipantId("observer_usr_he") in app.held())
    assert app.pages.grants[ParticipantId("observer_usr_he")]
    assert runtime.room.participants[A].device_id == DeviceId(f"dev_{A}")
