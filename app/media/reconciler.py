"""One engine and the rooms it serves: one task makes all calls, so calls, events and snapshots have one order."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol

from app.ids import LessonId, ParticipantId, publication_id
from app.media.desired import (
    SLOTS,
    Admit,
    Call,
    CloseRoom,
    OpenRoom,
    Permit,
    Remove,
    RequestKeyframe,
    desired_room,
    plan,
)
from app.media.page_grants import MediaListener, PageGrants
from app.media.port import (
    EngineConnected,
    EngineLost,
    EngineSnapshot,
    EngineUnavailable,
    LayersWanted,
    LessonSampled,
    MediaEngine,
    MediaEvent,
    MediaPermissions,
    PeerStateChanged,
    PublicationAdded,
    PublicationRemoved,
    QualityMeasured,
    SlotMapped,
    SpeakersChanged,
    SubscriptionPaused,
)
from app.rooms.commands import ReportHeard, ReportPublication, ReportQuality
from app.rooms.runtime import RoomRuntime
from app.rooms.state import Presence, Room
from app.rooms.views import VideoCaps, is_news_that_heard

RETRY_S = 1.0
"""After a call failed: take a snapshot and reconcile anew."""
LOST_AFTER_S = 1.0
"""A link that comes back sooner with the same peers is no loss that a page should act on."""
INBOX_SIZE = 1_000
"""Engine events that wait here; behind it the engine's own bound holds."""

EngineTap = Callable[[int, MediaEvent], None]
_log = logging.getLogger(__name__)


class Pending:
    """What a room asked for since its engine was last reconciled with it."""

    def __init__(self) -> None:
        self.grant_due: set[ParticipantId] = set()
        self.close_due: set[ParticipantId] = set()
        """The connections of the page."""
        self.remove_due: set[ParticipantId] = set()
        """Everything of the participant, also if it is to be there again."""


class Lessons(Protocol):
    """What a reconciler asks of the reactor."""

    caps: VideoCaps
    listeners: list[MediaListener]
    taps: list[EngineTap]

    def runtime_of(self, lesson_id: LessonId) -> RoomRuntime | None: ...

    def lessons_of(self, index: int) -> list[LessonId]: ...

    async def room_in_snapshot(self, lesson_id: LessonId, index: int) -> bool: ...

    def forget(self, lesson_id: LessonId) -> None: ...

    async def execute(
        self, lesson_id: LessonId, command: ReportPublication | ReportQuality | ReportHeard
    ) -> bool: ...


class EngineReconciler:
    """Owner of all calls to one engine: one task, so calls, events and snapshots have one order."""

    def __init__(self, lessons: Lessons, index: int, engine: MediaEngine) -> None:
        self._lessons = lessons
        self._index = index
        self._engine = engine
        self._inbox: asyncio.Queue[MediaEvent] = asyncio.Queue(INBOX_SIZE)
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._dirty: dict[LessonId, Pending] = {}
        self._is_sync_due = True
        self._is_told_lost = False
        self._retry: asyncio.TimerHandle | None = None
        self._lost_timer: asyncio.TimerHandle | None = None
        self._media_epoch: int | None = None
        self._rooms: dict[LessonId, dict[ParticipantId, MediaPermissions]] = {}
        self._pages = PageGrants(lessons.listeners)
        self._speakers: dict[LessonId, tuple[ParticipantId, ...]] = {}

    def start(self) -> None:
        self._tasks = [
            self._spawn(self._pump(), "events"),
            self._spawn(self._run(), "reconcile"),
        ]
        self._wake.set()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        return asyncio.create_task(work, name=f"media engine {self._index} {name}")

    async def close(self) -> None:
        """Stop; the engine keeps what it has."""
        for timer in (self._retry, self._lost_timer):
            if timer is not None:
                timer.cancel()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def pending(self, lesson_id: LessonId) -> Pending:
        return self._dirty.setdefault(lesson_id, Pending())

    def reconcile(self, lesson_id: LessonId) -> None:
        """Bring the engine in line with this room soon."""
        self.pending(lesson_id)
        self._wake.set()

    async def _pump(self) -> None:
        async for event in self._engine.events():
            await self._inbox.put(event)
            self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while not self._inbox.empty():
                    await self._on_event(self._inbox.get_nowait())
                if self._engine.is_available:
                    await self._reconcile_all()
            except EngineUnavailable as error:
                _log.info("media engine %d: %s", self._index, error)
                self._retry_later()
            except Exception:
                _log.exception("media engine %d: reconciling failed", self._index)
                self._retry_later()

    def _retry_later(self) -> None:
        self._is_sync_due = True
        if self._retry is not None:
            self._retry.cancel()
        self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._wake.set)

    # -- engine -> rooms and pages

    async def _on_event(self, event: MediaEvent) -> None:
        for tap in self._lessons.taps:
            tap(self._index, event)
        match event:
            case PublicationAdded():
                await self._report(
                    event.lesson_id, event.participant_id, event.source.value, event.codec
                )
            case PublicationRemoved():
                source = event.publication_id.rpartition("/")[2]
                await self._report(event.lesson_id, event.participant_id, source, None)
            case SlotMapped():
                self._pages.slot_mapped(event)
            case SubscriptionPaused():
                self._pages.subscription_paused(event)
            case LayersWanted():
                self._pages.layers_wanted(event)
            case SpeakersChanged():
                for listener in self._lessons.listeners:
                    listener.speakers_changed(event)
                await self._speakers_changed(event)
            case EngineConnected():
                self._on_connected()
            case EngineLost():
                self._on_lost()
            case QualityMeasured():
                await self._report_quality(event)
            case PeerStateChanged() | LessonSampled():
                pass  # For taps: the page repairs its own connections.

    def _on_connected(self) -> None:
        self._is_sync_due = True
        if self._lost_timer is not None:
            self._lost_timer.cancel()
            self._lost_timer = None

    def _on_lost(self) -> None:
        self._is_sync_due = True
        if self._lost_timer is None:
            loop = asyncio.get_running_loop()
            self._lost_timer = loop.call_later(LOST_AFTER_S, self._tell_lost)

    def _tell_lost(self) -> None:
        self._lost_timer = None
        self._is_told_lost = True
        _log.warning("media engine %d is gone, waiting for its restart", self._index)
        for lesson_id in self._lessons.lessons_of(self._index):
            for listener in self._lessons.listeners:
                listener.revoke_all(lesson_id, "engine_lost")

    async def _report(
        self, lesson_id: LessonId, participant_id: ParticipantId, source: str, codec: str | None
    ) -> None:
        command = ReportPublication(participant_id, source, codec)
        if not await self._lessons.execute(lesson_id, command):
            self._retry_later()

    async def _report_quality(self, event: QualityMeasured) -> None:
        runtime = self._lessons.runtime_of(event.lesson_id)
        known = runtime and runtime.room.participants.get(event.participant_id)
        # Told again every 10 s: one that was not taken is not lost.
        if known and known.quality != event.quality:
            command = ReportQuality(event.participant_id, event.quality)
            await self._lessons.execute(event.lesson_id, command)

    async def _speakers_changed(self, event: SpeakersChanged) -> None:
        """Also who just stopped was heard until now."""
        before = self._speakers.pop(event.lesson_id, ())
        if event.speakers:
            self._speakers[event.lesson_id] = event.speakers
        await self._report_heard(event.lesson_id, {*before, *event.speakers})

    async def _report_heard(self, lesson_id: LessonId, speakers: Iterable[ParticipantId]) -> None:
        """Asked with every event of the room too: somebody who speaks on may have come to be heard meanwhile."""
        for who in speakers:
            runtime = self._lessons.runtime_of(lesson_id)
            if runtime and is_news_that_heard(runtime.room, who, runtime.now_ms()):
                await self._lessons.execute(lesson_id, ReportHeard(who))

    # -- rooms -> engine

    async def _reconcile_all(self) -> None:
        if self._is_sync_due:
            await self._sync()
        while self._dirty:
            lesson_id = next(iter(self._dirty))
            pending = self._dirty.pop(lesson_id)
            try:
                await self._reconcile(lesson_id, pending)
            except BaseException:
                # Whatever was asked for is still due.
                kept = self.pending(lesson_id)
                kept.grant_due |= pending.grant_due
                kept.close_due |= pending.close_due
                kept.remove_due |= pending.remove_due
                raise

    async def _sync(self) -> None:
        """Learn what the engine holds; close what nobody wants; reconcile and report all the rest."""
        self._is_sync_due = False
        snapshot = await self._engine.snapshot()
        self._adopt(snapshot)
        for lesson_id in list(snapshot.rooms):
            if not await self._lessons.room_in_snapshot(lesson_id, self._index):
                await self._engine.close_room(lesson_id)
                self._drop(lesson_id)
        for lesson_id in self._lessons.lessons_of(self._index):
            self.pending(lesson_id)
            runtime = self._lessons.runtime_of(lesson_id)
            if runtime is not None:
                await self._report_all(runtime.room, snapshot)

    def _adopt(self, snapshot: EngineSnapshot) -> None:
        is_new_epoch = snapshot.media_epoch != self._media_epoch
        self._media_epoch = snapshot.media_epoch
        self._rooms = {
            lesson_id: {k: p.permissions for k, p in room.items()}
            for lesson_id, room in snapshot.rooms.items()
        }
        is_told_lost, self._is_told_lost = self._is_told_lost, False
        self._pages.adopt(snapshot, is_new_epoch=is_new_epoch, is_told_lost=is_told_lost)

    async def _report_all(self, room: Room, snapshot: EngineSnapshot) -> None:
        """Publications that came or went while nobody told us."""
        held = snapshot.rooms.get(room.plan.lesson_id, {})
        for participant in room.participants.values():
            mine = held.get(participant.participant_id)
            now = dict(mine.publications) if mine else {}
            sources = {k.rpartition("/")[2] for k in now} | set(participant.publishing)
            for source in sorted(sources):
                codec = now.get(publication_id(participant.participant_id, source))
                if codec != participant.publishing.get(source):
                    await self._report(
                        room.plan.lesson_id, participant.participant_id, source, codec
                    )

    async def _reconcile(self, lesson_id: LessonId, pending: Pending) -> None:
        runtime = self._lessons.runtime_of(lesson_id)
        if runtime is None:
            # Stopped: whoever takes the room up next makes itself known by its first event.
            self._lessons.forget(lesson_id)
            return
        actual = self._rooms.get(lesson_id)
        for participant_id in pending.remove_due:
            if actual is not None and participant_id in actual:
                await self._perform(Remove(lesson_id, participant_id))
        for participant_id in pending.close_due - pending.remove_due:
            if actual is not None and participant_id in actual:
                await self._engine.close_page(lesson_id, participant_id)
                self._pages.drop_grant((lesson_id, participant_id))
        room = runtime.room
        desired = desired_room(room, self._lessons.caps)
        for call in plan(lesson_id, desired, self._rooms.get(lesson_id)):
            await self._perform(call)
        if desired is None:
            for listener in self._lessons.listeners:
                listener.revoke_all(lesson_id, "ended")
            self._lessons.forget(lesson_id)
            return
        for participant_id in desired.participants:
            is_due = participant_id in pending.grant_due
            is_there = room.participants[participant_id].presence is Presence.PRESENT
            await self._tell(lesson_id, participant_id, is_due=is_due, is_there=is_there)
        await self._report_heard(lesson_id, self._speakers.get(lesson_id, ()))

    async def _perform(self, call: Call) -> None:
        """Make the call, then remember what the engine holds now."""
        engine, rooms = self._engine, self._rooms
        match call:
            case OpenRoom(lesson_id):
                await engine.open_room(lesson_id)
                rooms.setdefault(lesson_id, {})
            case CloseRoom(lesson_id):
                await engine.close_room(lesson_id)
                self._drop(lesson_id)
            case Admit(lesson_id, participant_id, permissions):
                grant = await engine.admit(lesson_id, participant_id, permissions, SLOTS)
                self._pages.granted((lesson_id, participant_id), grant)
                rooms.setdefault(lesson_id, {})[participant_id] = permissions
            case Permit(lesson_id, participant_id, permissions):
                await engine.permit(lesson_id, participant_id, permissions)
                rooms[lesson_id][participant_id] = permissions
            case Remove(lesson_id, participant_id):
                await engine.remove(lesson_id, participant_id)
                rooms[lesson_id].pop(participant_id, None)
                self._pages.drop((lesson_id, participant_id))
            case RequestKeyframe(lesson_id, identifier):
                await engine.request_keyframe(lesson_id, identifier)

    def _drop(self, lesson_id: LessonId) -> None:
        self._rooms.pop(lesson_id, None)
        self._speakers.pop(lesson_id, None)
        self._pages.drop_lesson(lesson_id)

    async def _tell(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        *,
        is_due: bool,
        is_there: bool,
    ) -> None:
        """Give the page its grant, if there is news in it."""
        place = (lesson_id, participant_id)
        permissions = self._rooms[lesson_id][participant_id]
        if not self._pages.has(place):
            # Admitted before this process or this link began; admitting again only asks for the grant.
            grant = await self._engine.admit(lesson_id, participant_id, permissions, SLOTS)
            self._pages.granted(place, grant)
        self._pages.tell(place, permissions, is_due=is_due, is_there=is_there)
