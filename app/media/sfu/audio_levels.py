"""How loud a microphone is, from what its sender writes beside each packet (RFC 6464). No decoding."""

import math

from app.media.wire.rtp import RtpPacket

SPEAKING_DBOV = -40.0
"""Over it for `LOUD_UPDATES` is speech: a voice near a microphone lies at -35 to -15, a room at -60 to -45."""
SILENT_DBOV = -50.0
"""Under it for `QUIET_S` is silence: pauses between words are shorter."""
UNTOLD = 45
"""Taken for a sender who tells no levels, -dBov: quieter than a voice, louder than a silent room."""
LOUD_UPDATES = 2
QUIET_S = 1.0
FLOOR_DBOV = -70.0
RISE, FALL = 0.6, 0.3
"""Share of a new window in the smoothed level, for one louder and for one quieter than it."""

_POWER = tuple(10 ** (-level / 10) for level in range(128))
_ONE_BYTE_FORM = 0xBEDE


def audio_level(packet: RtpPacket, extension_id: int) -> int | None:
    """The level of a packet in -dBov, 0 (loudest) to 127 (silence); None if it carries none."""
    if packet.extension_profile == _ONE_BYTE_FORM:
        start = packet.extension_start
        # Senders write it first: no need to walk.
        if start < packet.extension_end and packet.data[start] == extension_id << 4:
            return packet.data[start + 1] & 0x7F
    value = packet.extension(extension_id)
    return value[0] & 0x7F if value else None


class Loudness:
    """The level of one microphone, smoothed, and whether somebody speaks into it, with hysteresis.

    `heard` is for each packet; `update` for some times a second, with the time as an argument.
    """

    __slots__ = ("_count", "_loud_updates", "_power", "_quiet_since", "is_speaking", "level_dbov")

    def __init__(self) -> None:
        self.level_dbov = FLOOR_DBOV
        self.is_speaking = False
        self._power = 0.0
        self._count = 0
        self._loud_updates = 0
        self._quiet_since: float | None = None

    def heard(self, level: int) -> None:
        """One packet of this level (0..127) came."""
        self._power += _POWER[level]
        self._count += 1

    def update(self, now: float) -> None:
        """Take what was heard since the last call; nothing (a pause of the sender) is silence."""
        window = FLOOR_DBOV
        if self._count and self._power:
            window = max(FLOOR_DBOV, 10 * math.log10(self._power / self._count))
        self._power, self._count = 0.0, 0
        share = RISE if window > self.level_dbov else FALL
        self.level_dbov += (window - self.level_dbov) * share
        self._loud_updates = self._loud_updates + 1 if window > SPEAKING_DBOV else 0
        if self.level_dbov > SILENT_DBOV:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        if self._loud_updates >= LOUD_UPDATES:
            self.is_speaking = True
        elif self._quiet_since is not None and now - self._quiet_since >= QUIET_S:
            self.is_speaking = False
