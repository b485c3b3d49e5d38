"""An app process as a media reactor knows it: rooms, a journal, and pages that are told."""

from app.errors import NotFound
from app.ids import LessonId, ParticipantId
from app.media.desired import desired_room
from app.media.port import (
    LayersWanted,
    MediaEngine,
    MediaGrant,
    MediaPermissions,
    SlotMapped,
    Source,
    SpeakersChanged,
    SubscriptionPaused,
)
from app.media.reactor import MediaReactor
from app.rooms.commands import StartLesson
from app.rooms.runtime import RoomRuntime, Rooms
from app.rooms.state import LessonPlan
from app.rooms.views import VideoCaps
from tests.media.memory_engine import MemoryEngine
from tests.rooms.lesson import LEAD, LESSON, PLAN, A, B, join_of
from tests.support.clock import FakeClock
from tests.support.journal import MemoryJournal
from tests.support.waiting import until


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
