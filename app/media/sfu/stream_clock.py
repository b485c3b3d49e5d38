"""The RTP clock of one outgoing stream: a line that everything it carries is laid on, by when it was captured."""

import secrets

from app.media.sfu.layer import Layer
from app.media.sfu.packet_cache import MediaPacket
from app.media.sfu.sent_segments import Segment
from app.media.sfu.timeline import aligned_timestamp


class StreamClock:
    """Begins at a random timestamp (RFC 3550 §5.1)."""

    __slots__ = ("_aligned", "_began_s", "_began_timestamp")

    def __init__(self, now: float) -> None:
        self._began_s = now
        self._began_timestamp = secrets.randbelow(1 << 31)
        self._aligned: Layer | None = None
        """The layer that was carried last, if its numbers go on."""

    def timestamp_at(self, moment_s: float, clock_rate_hz: int) -> int:
        """Not cut to 32 bits."""
        return self._began_timestamp + int((moment_s - self._began_s) * clock_rate_hz)

    def restart(self) -> None:
        """The layer began its numbers anew."""
        self._aligned = None

    def place(
        self,
        packet: MediaPacket,
        layer: Layer,
        mapped_at_s: float,
        former: Segment | None,
        last: MediaPacket | None,
    ) -> int:
        """The timestamp of `packet`, the first of `layer`; `last` was the last one sent, in the segment `former`.

        `mapped_at_s` stands for the time of its capture where that is not known.
        """
        rate = layer.clock_rate_hz
        if layer is self._aligned and former is not None:
            wanted = packet.rtp_timestamp + former.timestamp_offset
        else:
            captured = layer.captured_at(packet.rtp_timestamp)
            wanted = self.timestamp_at(captured if captured is not None else mapped_at_s, rate)
            self._aligned = layer
        if last is None or former is None:
            return wanted
        return aligned_timestamp(wanted, last.rtp_timestamp + former.timestamp_offset, rate)
