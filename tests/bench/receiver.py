"""`receiver.c` from Python: many subscribers' sockets read in one call."""

import ctypes
import select
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

MAX_PEERS = 4_096
_SOURCE = Path(__file__).with_name("receiver.c")


class _Stream(ctypes.Structure):
    _fields_ = (
        ("ssrc", ctypes.c_uint32),
        ("highest", ctypes.c_uint16),
        ("distance", ctypes.c_int64),
        ("received", ctypes.c_int64),
    )


class _Peer(ctypes.Structure):
    _fields_ = (
        ("streams", _Stream * 4),
        ("packets", ctypes.c_int64),
        ("bytes", ctypes.c_int64),
        ("rtcp", ctypes.c_int64),
    )


class _Kept(ctypes.Structure):
    _fields_ = (
        ("arrived_ns", ctypes.c_int64),
        ("peer", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("data", ctypes.c_uint8 * 1_600),
    )


def _library() -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "receiver.so"
        subprocess.run(
            ("cc", "-O2", "-shared", "-fPIC", "-o", str(built), str(_SOURCE)), check=True
        )
        library = ctypes.CDLL(str(built))
    library.kept_packets.restype = ctypes.POINTER(_Kept)
    library.receive.restype = ctypes.c_uint32
    return library


class Receiver:
    """Counts what arrives at up to `MAX_PEERS` sockets; `fileno` is readable when there is more."""

    def __init__(self) -> None:
        self._library = _library()
        self._epoll = select.epoll()
        self._peers = (_Peer * MAX_PEERS)()
        self._kept = self._library.kept_packets()
        self._handlers: list[Callable[[bytes, int], None]] = []
        self.sample_one_in = 50

    def fileno(self) -> int:
        return self._epoll.fileno()

    def add(self, udp: socket.socket, handler: Callable[[bytes, int], None]) -> int:
        """Read `udp` too, and hand `handler` the sample and all STUN and DTLS; its index.

        The second argument is the arrival in ns: the kernel's, on CLOCK_REALTIME; 0 for STUN and
        DTLS.
        """
        index = len(self._handlers)
        self._handlers.append(handler)
        if self._library.add(self._epoll.fileno(), udp.fileno(), index):
            raise OSError("cannot watch a socket")
        return index

    def receive(self) -> None:
        """Read all that waits."""
        count = self._library.receive(self._epoll.fileno(), self._peers, self.sample_one_in)
        for kept in self._kept[:count] if count else ():
            self._handlers[kept.peer](ctypes.string_at(kept.data, kept.size), kept.arrived_ns)

    def reset(self) -> None:
        """Begin to count anew."""
        ctypes.memset(self._peers, 0, ctypes.sizeof(self._peers))

    def packets(self) -> int:
        """RTP packets that arrived since `reset`."""
        return sum(peer.packets for peer in self._peers[: len(self._handlers)])

    def packets_of(self, index: int) -> int:
        return int(self._peers[index].packets)

    def lost(self) -> int:
        """Sequence numbers that were skipped since `reset` and did not come later."""
        return sum(
            max(0, stream.distance + 1 - stream.received)
            for peer in self._peers[: len(self._handlers)]
            for stream in peer.streams
            if stream.ssrc
        )

    def sources(self, index: int) -> list[tuple[int, int]]:
        """(SSRC, highest sequence number) of each stream at `index`."""
        return [(s.ssrc, s.highest) for s in self._peers[index].streams if s.ssrc]

    def overflows(self) -> int:
        """Samples that were thrown away because too many waited."""
        return int(self._library.overflows())

    def close(self) -> None:
        self._epoll.close()
