"""One route to a remote: what a transport sends through."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from app.media.wire.batch import PacketBatch
from app.media.wire.outbox import Outbox


@runtime_checkable
class Path(Protocol):
    """A UDP socket with a remote address, or one TCP connection.

    The object itself is the identity: the owner keeps one per (socket, remote), and paths are
    compared and hashed by identity.
    """

    @property
    def is_tcp(self) -> bool:
        """Whether this is an ICE-TCP connection."""
        ...

    @property
    def local_ip(self) -> str:
        """The local address the packets leave from."""
        ...

    @property
    def remote(self) -> tuple[str, int]:
        """IP address and port of the other side."""
        ...

    @property
    def outbox(self) -> Outbox | None:
        """Where bursts for many paths wait; None: this one is sent batches."""
        ...

    def send(self, data: bytes) -> bool:
        """Send one packet now (STUN, DTLS, RTCP); False if it had to be dropped. Never raises."""
        ...

    def send_batch(self, batch: PacketBatch) -> int:
        """Send every packet of `batch` in order; how many had to be dropped. Never raises."""
        ...

    def close(self) -> None:
        """Release the route; sending on a closed path drops."""
        ...
