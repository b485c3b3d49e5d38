"""Media data of one place, carried over restarts of the engine that counts it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of IP packets with media, as the server counted them."""

    bytes_sent: int
    """By the server, to the place."""
    bytes_received: int


@dataclass(slots=True)
class Account:
    """`bytes_*`: the counters of the engine's run `media_epoch` as last told; `earlier_*`: of the runs before it."""

    media_epoch: int
    bytes_sent: int = 0
    bytes_received: int = 0
    earlier_bytes_sent: int = 0
    earlier_bytes_received: int = 0

    def take(self, media_epoch: int, bytes_sent: int, bytes_received: int) -> bool:
        """New readings of the engine's counters. True if they say anything new."""
        now = media_epoch, bytes_sent, bytes_received
        if now == (self.media_epoch, self.bytes_sent, self.bytes_received):
            return False
        # Counters that fell: the engine opened the room anew.
        is_same_run = media_epoch == self.media_epoch
        if not is_same_run or bytes_sent < self.bytes_sent or bytes_received < self.bytes_received:
            self.earlier_bytes_sent += self.bytes_sent
            self.earlier_bytes_received += self.bytes_received
        self.media_epoch, self.bytes_sent, self.bytes_received = now
        return True

    @property
    def usage(self) -> Usage:
        return Usage(
            self.earlier_bytes_sent + self.bytes_sent,
            self.earlier_bytes_received + self.bytes_received,
        )
