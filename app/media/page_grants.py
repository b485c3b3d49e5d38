"""What the pages of one engine's lessons are told: their grants, and the slots, layers and pauses that go with them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.port import (
    EngineSnapshot,
    LayersWanted,
    MediaGrant,
    MediaPermissions,
    SlotMapped,
    Source,
    SpeakersChanged,
    SubscriptionPaused,
)

Place = tuple[LessonId, ParticipantId]


class MediaListener(Protocol):
    """Who tells the pages (signalling). Called on the event loop; must not block."""

    def grant(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        grant: MediaGrant,
        permissions: MediaPermissions,
    ) -> None:
        """Media may be opened now, or what may be sent has changed. A new `media_epoch`: new connections."""
        ...

    def slot_mapped(self, event: SlotMapped) -> None: ...

    def subscription_paused(self, event: SubscriptionPaused) -> None: ...

    def layers_wanted(self, event: LayersWanted) -> None:
        """Also told again, unchanged, when the link to the engine was made anew."""
        ...

    def speakers_changed(self, event: SpeakersChanged) -> None: ...

    def revoke_all(self, lesson_id: LessonId, reason: Literal["ended", "engine_lost"]) -> None:
        """All media of the lesson is gone; after `engine_lost` new grants follow."""
        ...


class PageGrants:
    """Remembers what it has told, for whoever asks again with a new socket."""

    def __init__(self, listeners: Sequence[MediaListener]) -> None:
        """`listeners` may grow."""
        self._listeners = listeners
        self._grants: dict[Place, MediaGrant] = {}
        self._told: dict[Place, tuple[MediaGrant, frozenset[Any], int]] = {}
        self._slots: dict[Place, dict[str, ParticipantId | None]] = {}
        self._layers: dict[Place, dict[Source, LayersWanted]] = {}
        self._pauses: dict[Place, dict[PublicationId, SubscriptionPaused]] = {}
        self._resets: dict[Place, int] = {}
        """How often a page had to make new connections within the engine's epoch."""

    # -- what the engine says

    def slot_mapped(self, event: SlotMapped) -> None:
        """Tell it."""
        place = (event.lesson_id, event.participant_id)
        self._slots.setdefault(place, {})[event.slot] = event.publisher_id
        for listener in self._listeners:
            listener.slot_mapped(event)

    def layers_wanted(self, event: LayersWanted) -> None:
        """Tell it."""
        place = (event.lesson_id, event.participant_id)
        self._layers.setdefault(place, {})[event.source] = event
        for listener in self._listeners:
            listener.layers_wanted(event)

    def subscription_paused(self, event: SubscriptionPaused) -> None:
        """Tell it, also where it goes on again."""
        pauses = self._pauses.setdefault((event.lesson_id, event.participant_id), {})
        pauses.pop(event.publication_id, None)
        if event.is_paused:
            pauses[event.publication_id] = event
        for listener in self._listeners:
            listener.subscription_paused(event)

    def adopt(self, snapshot: EngineSnapshot, *, is_new_epoch: bool, is_told_lost: bool) -> None:
        """Start again from what the engine holds. `is_told_lost`: pages were told that it is gone."""
        if is_new_epoch:
            self._resets.clear()
        if is_new_epoch or is_told_lost:
            self._grants.clear()
            self._told.clear()
        if is_told_lost and not is_new_epoch:
            # The pages closed their connections; the same epoch would not open new ones.
            for place in [(k, p) for k, room in snapshot.rooms.items() for p in room]:
                self._resets[place] = self._resets.get(place, 0) + 1
        self._slots = {
            (lesson_id, participant_id): dict(participant.slots)
            for lesson_id, room in snapshot.rooms.items()
            for participant_id, participant in room.items()
        }
        self._layers.clear()
        self._pauses.clear()
        for lesson_id, room in snapshot.rooms.items():
            for participant_id, participant in room.items():
                for publication, pause in participant.paused.items():
                    self.subscription_paused(
                        SubscriptionPaused(
                            lesson_id,
                            participant_id,
                            publication,
                            is_paused=True,
                            reason=pause.reason,
                            carries_stills=pause.carries_stills,
                        )
                    )
                for source, layers in participant.layers_wanted.items():
                    self.layers_wanted(LayersWanted(lesson_id, participant_id, source, layers))

    # -- grants

    def has(self, place: Place) -> bool:
        """Whether there is a grant for it."""
        return place in self._grants

    def granted(self, place: Place, grant: MediaGrant) -> None:
        """The engine has admitted it."""
        self._grants[place] = grant

    def tell(
        self, place: Place, permissions: MediaPermissions, *, is_due: bool, is_there: bool
    ) -> None:
        """Give the page its grant: a new one, a changed one, or (`is_due`) the old one for a new socket."""
        grant = self._grants[place]
        grant = replace(grant, media_epoch=self._page_epoch(grant.media_epoch, place))
        content = (grant, permissions.publish, permissions.video_cap_bps)
        is_changed = self._told.get(place) != content
        if not (is_due or (is_changed and is_there)):
            return
        self._told[place] = content
        for listener in self._listeners:
            listener.grant(*place, grant, permissions)
        if is_due:
            self._tell_again(place)

    def _tell_again(self, place: Place) -> None:
        for slot, publisher_id in self._slots.get(place, {}).items():
            for listener in self._listeners:
                listener.slot_mapped(SlotMapped(*place, slot, publisher_id))
        for wanted in self._layers.get(place, {}).values():
            self.layers_wanted(wanted)
        for pause in list(self._pauses.get(place, {}).values()):
            self.subscription_paused(pause)

    def _page_epoch(self, media_epoch: int, place: Place) -> int:
        """The engine's epoch as one page sees it: also different when only its own peers were closed."""
        resets = self._resets.get(place, 0)
        return media_epoch if resets == 0 else media_epoch * 1_000 + resets % 1_000

    # -- what is over

    def drop_lesson(self, lesson_id: LessonId) -> None:
        """Its room is closed."""
        tables: tuple[dict[Place, Any], ...] = (
            self._grants,
            self._told,
            self._slots,
            self._layers,
            self._pauses,
            self._resets,
        )
        for table in tables:
            for place in [place for place in table if place[0] == lesson_id]:
                del table[place]

    def drop(self, place: Place) -> None:
        """Nothing of the participant is left in the engine."""
        self.drop_grant(place)
        self._slots.pop(place, None)
        self._layers.pop(place, None)
        self._pauses.pop(place, None)

    def drop_grant(self, place: Place) -> None:
        """Its page is to make new connections."""
        self._grants.pop(place, None)
        self._told.pop(place, None)
        self._resets[place] = self._resets.get(place, 0) + 1
