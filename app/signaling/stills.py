"""Small pictures every few seconds for links that carry no moving one: who needs them, and the parts on their way.

A publisher's page sends a JPEG in parts, spread over the time until the next one, and each part goes on at once to
those who need it: what sound leaves of a weak link never has to take a whole picture. Nothing is kept, and nothing
is decoded here.
"""

from collections.abc import Callable, Iterator

from app.ids import LessonId, ParticipantId, PublicationId, publication_id
from app.media import port
from app.media.port import Source
from app.signaling import messages as wire
from app.signaling.codes import Refusal
from app.signaling.connection import Connection
from app.signaling.limits import TokenBucket
from app.signaling.session import ok, refusal

PARTS_PER_S, PARTS_AT_ONCE = 4.0, 4.0
"""Of one publication; with `messages.STILL_PART_CHARACTERS` some 16 kbit/s."""
JPEG_START = "/9j/"
"""The first three bytes of every JPEG in base64: start of image, and the next marker."""

DeviceOf = Callable[[LessonId, ParticipantId], Connection | None]
MaySee = Callable[[LessonId, ParticipantId, ParticipantId, Source], bool]
"""Whether this viewer may see that participant's picture now."""
_Picture = tuple[LessonId, PublicationId]


class StillDesk:
    """Tells publishers when stills of theirs are wanted, and passes on what they send."""

    def __init__(self, device_of: DeviceOf, may_see: MaySee, clock: Callable[[], float]) -> None:
        self._device_of = device_of
        self._may_see = may_see
        self._clock = clock
        self._viewers: dict[_Picture, set[ParticipantId]] = {}
        """Who has that picture paused, on a link that carries stills of it."""
        self._rates: dict[_Picture, TokenBucket] = {}

    def paused(self, event: port.SubscriptionPaused) -> None:
        """A picture rests at somebody's, or moves again."""
        picture = (event.lesson_id, event.publication_id)
        if event.is_paused and event.carries_stills:
            self._viewers.setdefault(picture, set()).add(event.participant_id)
            if len(self._viewers[picture]) == 1:
                self._tell(picture, True)
        else:
            self._withdraw(picture, event.participant_id)

    def forget(self, lesson_id: LessonId, viewer_id: ParticipantId) -> None:
        """This viewer has no media connections any more."""
        for picture in [picture for picture in self._viewers if picture[0] == lesson_id]:
            self._withdraw(picture, viewer_id)

    def remind(self, connection: Connection) -> None:
        """Tell a publisher's new socket what the old one knew."""
        ticket = connection.ticket
        for source in wire.SOURCES:
            picture = (ticket.lesson_id, publication_id(ticket.participant_id, source))
            if picture in self._viewers:
                connection.send(_wanted(picture, True))

    def send(self, connection: Connection, request: wire.StillSend) -> wire.Ok | wire.ErrorMessage:
        """Pass one part on to everybody who needs it and may see the picture; the answer to the publisher."""
        ticket = connection.ticket
        picture = (ticket.lesson_id, publication_id(ticket.participant_id, request.source))
        if request.part >= request.parts or (
            request.part == 0 and not request.data.startswith(JPEG_START)
        ):
            return refusal(request.id, Refusal.BAD_MESSAGE)
        now = self._clock()
        rate = self._rates.setdefault(picture, TokenBucket(PARTS_AT_ONCE, PARTS_PER_S, now))
        if not rate.take(now):
            return refusal(request.id, Refusal.RATE_LIMITED)
        message = wire.StillPart(
            type="still.part",
            participant_id=ticket.participant_id,
            source=request.source,
            still=request.still,
            part=request.part,
            parts=request.parts,
            data=request.data,
        )
        for device in self._receivers(picture, ticket.participant_id, Source(request.source)):
            device.send(message)
        return ok(request.id)

    def _receivers(
        self, picture: _Picture, publisher_id: ParticipantId, source: Source
    ) -> Iterator[Connection]:
        lesson_id, _ = picture
        for viewer_id in self._viewers.get(picture, ()):
            device = self._device_of(lesson_id, viewer_id)
            if device is not None and self._may_see(lesson_id, viewer_id, publisher_id, source):
                yield device

    def _withdraw(self, picture: _Picture, viewer_id: ParticipantId) -> None:
        viewers = self._viewers.get(picture)
        if viewers is None:
            return
        viewers.discard(viewer_id)
        if not viewers:
            del self._viewers[picture]
            self._rates.pop(picture, None)
            self._tell(picture, False)

    def _tell(self, picture: _Picture, is_wanted: bool) -> None:
        lesson_id, identifier = picture
        publisher_id = ParticipantId(identifier.rpartition("/")[0])
        device = self._device_of(lesson_id, publisher_id)
        if device is not None:
            device.send(_wanted(picture, is_wanted))


def _wanted(picture: _Picture, is_wanted: bool) -> wire.StillsWanted:
    source = Source(picture[1].rpartition("/")[2])
    return wire.StillsWanted(type="stills.wanted", source=source.value, is_wanted=is_wanted)
