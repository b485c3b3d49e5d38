"""A MediaEngine without media, which holds what it is told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from app.ids import LessonId, ParticipantId, PublicationId, publication_id
from app.media.desired import SLOTS
from app.media.port import (
    EngineConnected,
    EngineLost,
    EngineMetrics,
    EngineSnapshot,
    EngineUnavailable,
    MediaEvent,
    MediaGrant,
    MediaPermissions,
    ParticipantSnapshot,
    Pause,
    PublicationAdded,
    PublicationRemoved,
    RtpSink,
    SlotGroup,
    SlotMapped,
    Source,
)
from tests.rooms.lesson import LESSON


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
