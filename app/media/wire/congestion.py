"""What to drop when a socket is full: this remote's video, to the end of the frame."""

from __future__ import annotations

from app.media.wire.batch import PacketBatch

_SSRC = slice(8, 12)


class FrameDropper:
    """Remembers which video streams of one path have lost a packet of their current frame.

    The rest of such a frame is of no use and would only fill the socket again, so it is dropped
    up to and including the packet that ends it. Audio and RTCP are never remembered here.
    """

    __slots__ = ("_ssrcs",)

    def __init__(self) -> None:
        self._ssrcs: set[bytes] = set()

    def __bool__(self) -> bool:
        return bool(self._ssrcs)

    def wants(self, batch: PacketBatch, index: int, packet: memoryview) -> bool:
        """Whether packet `index` belongs to a frame that is being dropped; ask in order."""
        if not self._ssrcs or not batch.videos[index]:
            return False
        ssrc = bytes(packet[_SSRC])
        if ssrc not in self._ssrcs:
            return False
        if batch.frame_ends[index]:
            self._ssrcs.discard(ssrc)
        return True

    def dropped(self, batch: PacketBatch, index: int, packet: memoryview) -> None:
        """Packet `index` was dropped: drop the rest of its frame too, if it is video."""
        if batch.videos[index] and not batch.frame_ends[index]:
            self._ssrcs.add(bytes(packet[_SSRC]))
