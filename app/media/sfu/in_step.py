"""The streams of a layer that have had all of it so far and take all that comes: they are sent to as one."""

from app.media.sfu.media_burst import MediaBurst
from app.media.sfu.packet_cache import MediaPacket
from app.media.sfu.picture_id_columns import picture_id_columns
from app.media.wire.fan_out import FanOuts


class Progress:
    """How far a stream has come; all that are in step share one."""

    __slots__ = ("highest_index", "last", "octets", "packets")

    def __init__(self) -> None:
        self.highest_index = -1
        self.last: MediaPacket | None = None
        """The newest packet, sent or left out."""
        self.packets = 0
        self.octets = 0

    def passed(self, burst: MediaBurst) -> None:
        """`burst` was dealt with."""
        self.highest_index = burst.last.index
        self.last = burst.last

    def sent(self, burst: MediaBurst) -> None:
        """All of `burst` was sent."""
        self.passed(burst)
        self.packets += len(burst.packets)
        self.octets += burst.octets


class InStep:
    """Streams join after any burst; they leave when they need something of their own."""

    __slots__ = ("fan_outs", "progress")

    def __init__(self) -> None:
        self.progress = Progress()
        self.fan_outs = FanOuts(picture_id_columns)

    def send(self, burst: MediaBurst, send_time: int) -> None:
        """Send `burst` to all that are in step, or let them go where it needs a closer look."""
        is_next = burst.first_index == self.progress.highest_index + 1
        if not is_next or not burst.is_whole:
            self.fan_outs.clear()
        self.fan_outs.send(burst, send_time)
        self.progress.sent(burst)
