"""Which socket is the current one of a device, and which device holds a place."""

from app.ids import DeviceId, LessonId, ParticipantId
from app.signaling.connection import Connection

_DeviceKey = tuple[LessonId, ParticipantId, DeviceId]


class Places:
    """Of all lessons of this process. A device's newest socket counts from before its join until its end."""

    def __init__(self) -> None:
        self._devices: dict[_DeviceKey, Connection] = {}
        """The newest socket of each device."""
        self._holders: dict[tuple[LessonId, ParticipantId], Connection] = {}
        """Among them, joined: the one that holds the place."""

    def claim(self, connection: Connection) -> Connection | None:
        """This is its device's socket now; the older one, if there was another."""
        key = _key(connection)
        older = self._devices.get(key)
        self._devices[key] = connection
        if older is None or older is connection:
            return None
        self._holders.pop(key[:2], None)
        return older

    def hold(self, connection: Connection) -> None:
        """It has joined: it holds its place."""
        self._holders[_key(connection)[:2]] = connection

    def holder(self, lesson_id: LessonId, participant_id: ParticipantId) -> Connection | None:
        """The joined socket of the device that holds this place."""
        return self._holders.get((lesson_id, participant_id))

    def socket_of(
        self, lesson_id: LessonId, participant_id: ParticipantId, device_id: DeviceId
    ) -> Connection | None:
        """The newest one of this device."""
        return self._devices.get((lesson_id, participant_id, device_id))

    def is_claimed(self, connection: Connection) -> bool:
        """Whether its device has a socket, this one or a newer one."""
        return _key(connection) in self._devices

    def is_current(self, connection: Connection) -> bool:
        """Whether this is its device's newest socket."""
        return self._devices.get(_key(connection)) is connection

    def forget(self, connection: Connection) -> bool:
        """Whether this socket was its device's current one."""
        if not self.is_current(connection):
            return False
        key = _key(connection)
        del self._devices[key]
        if self._holders.get(key[:2]) is connection:
            del self._holders[key[:2]]
        return True


def _key(connection: Connection) -> _DeviceKey:
    ticket = connection.ticket
    return ticket.lesson_id, ticket.participant_id, connection.device_id
