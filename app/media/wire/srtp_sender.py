"""The sending half of a transport: RTP and RTCP, encrypted on the spot and queued for its path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from app.media.wire.batch import CAPACITY_BYTES, BatchPool, PacketBatch
from app.media.wire.burst import Burst, BurstLayout, BurstPacket
from app.media.wire.fan_out import Deltas, FanOuts, Recipient
from app.media.wire.outbox import OutboxPath
from app.media.wire.path import Path
from app.media.wire.srtp import TRAILER_BYTES, HeaderRewrite, SrtpError, SrtpTransport

MAX_PLAINTEXT_BYTES = 1400

PayloadPatch = Callable[[bytearray, list[int]], None]
"""Changes payloads before they are encrypted: gets the buffer, and where each one begins."""


@dataclass(slots=True)
class TransportStats:
    """Counters since the start; they only grow."""

    packets_received: int = 0
    bytes_received: int = 0
    packets_sent: int = 0
    bytes_sent: int = 0
    """Encrypted, those dropped by a full socket included."""
    packets_dropped_congestion: int = 0
    packets_rejected: int = 0
    """Failed SRTP authentication or replay, malformed RTP or RTCP, too many SSRCs."""


class FlushOwner(Protocol):
    """Who flushes, of itself, what was queued."""

    def flush_wanted(self, sender: SrtpSender) -> None:
        """The first packet since the last flush was queued."""
        ...


class SrtpSender:
    """Sends over the path in use with the keys agreed on; `PeerTransport` says which these are.

    RTP handed to `send_rtp` is encrypted on the spot and leaves with the next `flush()`; the
    endpoint flushes by itself after each wake-up and at the end of the current loop iteration.
    Keep every packet at 1,170 bytes of plaintext or less, so that with the tag it stays under
    1,200 bytes. Never send different bytes under one SSRC and sequence number (GCM).
    """

    def __init__(self, owner: FlushOwner, batches: BatchPool) -> None:
        self._owner = owner
        self._batches = batches
        self._stats = TransportStats()
        self._path: Path | None = None
        self._srtp: SrtpTransport | None = None
        self._batch: PacketBatch | None = None
        self._recipients: list[Recipient] = []
        """This peer in the fan-outs of layers."""

    @property
    def stats(self) -> TransportStats:
        """The counters as of now."""
        for recipient in self._recipients:
            self._count(recipient)
        return self._stats

    def _count(self, recipient: Recipient) -> None:
        packets, octets = recipient.take_counts()
        self._stats.packets_sent += packets
        self._stats.bytes_sent += octets

    @property
    def path(self) -> Path | None:
        """The path in use: the nominated one, before that the first that was validated."""
        return self._path

    def send_rtp(
        self,
        header: bytes | bytearray | memoryview,
        payload: bytes | bytearray | memoryview = b"",
        *,
        is_video: bool,
        end_of_frame: bool = False,
    ) -> bool:
        """Queue one plaintext RTP packet given as header, or as header and payload.

        Copied at once, so the caller may reuse its buffers. `end_of_frame` (the marker bit of
        video) is where dropping a frame stops when the socket is full. False if it was not
        queued: not connected, or longer than 1,400 bytes.
        """
        srtp = self._srtp
        if srtp is None or self._path is None:
            return False
        split = len(header)
        size = split + len(payload)
        if size > MAX_PLAINTEXT_BYTES:
            return False
        batch = self._batch
        if batch is None or batch.end + size + TRAILER_BYTES > CAPACITY_BYTES:
            batch = self._next_batch()
            if batch is None:
                return False
        start = batch.end
        split += start
        buffer = batch.buffer
        buffer[start:split] = header
        if payload:
            buffer[split : start + size] = payload
        try:
            size = srtp.protect(batch, start, size)
        except SrtpError:
            return False
        batch.commit(size, is_video, end_of_frame)
        return True

    def send_burst(
        self,
        burst: Burst[BurstPacket],
        header: HeaderRewrite,
        send_time_word: int = 0,
        patch: PayloadPatch | None = None,
    ) -> bool:
        """Queue the packets of `burst` with headers of this receiver's own.

        `send_time_word` is the abs-send-time element, 0 for no header extension. False if nothing
        was queued: not connected, or more than a batch holds.
        """
        srtp, path = self._srtp, self._path
        if srtp is None or path is None:
            return False
        key = srtp.layout_key_with_send_time if send_time_word else srtp.layout_key
        layout = burst.layouts.get(key) or burst.layout(*key)
        if layout.longest > MAX_PLAINTEXT_BYTES:
            return False
        outbox = path.outbox
        batch = self._batch
        if outbox is None or batch is not None:
            # What was queued before it must leave before it.
            return self._queue_burst(srtp, layout, header, send_time_word, patch)
        if outbox.is_empty:
            self._owner.flush_wanted(self)
        start = outbox.place(layout)
        if patch is not None:
            patch(outbox.buffer, layout.payload_positions(start))
        try:
            srtp.protect_burst(outbox, start, layout, header, send_time_word)
        except SrtpError:
            return False
        stats = self._stats
        stats.packets_sent += len(layout.sizes)
        stats.bytes_sent += layout.size
        outbox.commit(self, cast(OutboxPath, path), layout, start)
        return True

    def _queue_burst(
        self,
        srtp: SrtpTransport,
        layout: BurstLayout,
        header: HeaderRewrite,
        send_time_word: int,
        patch: PayloadPatch | None,
    ) -> bool:
        size = layout.size
        if size > CAPACITY_BYTES:
            return False
        batch = self._batch
        if batch is None or batch.end + size > CAPACITY_BYTES:
            batch = self._next_batch()
            if batch is None:
                return False
        start = batch.end
        batch.view[start : start + size] = layout.template
        if patch is not None:
            patch(batch.buffer, layout.payload_positions(start))
        try:
            srtp.protect_burst(batch, start, layout, header, send_time_word)
        except SrtpError:
            return False
        batch.commit_burst(layout)
        return True

    def join(
        self,
        fan_outs: FanOuts,
        header: HeaderRewrite,
        send_time_word: int,
        deltas: Deltas,
        on_left: Callable[[], None],
    ) -> Recipient | None:
        """Be sent to together with others from now on, until `on_left` is called.

        None if that cannot be: not connected, no common socket, or packets wait to leave first.
        """
        srtp, path = self._srtp, self._path
        if srtp is None or path is None or self._batch is not None:
            return None
        outbox, route = path.outbox, cast(OutboxPath, path)
        if outbox is None or outbox.is_refused or not route.is_plain or srtp.context is None:
            return None
        recipient = Recipient(self, srtp, route, header, deltas, on_left)
        self._recipients.append(recipient)
        fan_outs.add(recipient, outbox, send_time_word)
        return recipient

    def recipient_left(self, recipient: Recipient) -> None:
        """It is sent to by itself again."""
        self._count(recipient)
        self._recipients.remove(recipient)

    def _leave_fan_outs(self) -> None:
        for recipient in list(self._recipients):
            recipient.leave()

    def send_rtcp(self, data: bytes) -> bool:
        """Encrypt and queue one RTCP compound; False if not connected or too long."""
        srtp = self._srtp
        size = len(data)
        if srtp is None or self._path is None or size > MAX_PLAINTEXT_BYTES:
            return False
        batch = self._batch
        if batch is None or not batch.has_room(size + TRAILER_BYTES):
            batch = self._next_batch()
            if batch is None:
                return False
        start = batch.end
        batch.buffer[start : start + size] = data
        try:
            size = srtp.protect_rtcp(batch, start, size)
        except SrtpError:
            return False
        batch.commit(size, False, False)
        return True

    def _next_batch(self) -> PacketBatch | None:
        if self._batch is not None:
            self.flush()
            if self._path is None:
                # A TCP connection can turn out to be broken while it is written to.
                return None
        batch = self._batch = self._batches.take()
        self._owner.flush_wanted(self)
        return batch

    def flush(self) -> None:
        """Send what is queued."""
        path = self._path
        if path is not None and path.outbox is not None:
            path.outbox.flush()
        batch = self.take_batch()
        if batch is not None:
            self.batch_sent(batch, path.send_batch(batch) if path else len(batch.sizes))

    def burst_dropped(self, dropped: int) -> None:
        """So many packets of a burst were dropped on their way out of the outbox."""
        self._stats.packets_sent -= dropped
        self._stats.packets_dropped_congestion += dropped

    def take_batch(self) -> PacketBatch | None:
        """What is queued, to be sent over `path` by the caller, who then calls `batch_sent`."""
        batch, self._batch = self._batch, None
        return batch

    def batch_sent(self, batch: PacketBatch, dropped: int) -> None:
        """`batch` was sent, but for `dropped` packets of it."""
        stats = self._stats
        stats.packets_sent += len(batch.sizes) - dropped
        stats.bytes_sent += batch.end
        stats.packets_dropped_congestion += dropped
        self._batches.give(batch)

    def _drop_queued(self) -> None:
        if self._batch is not None:
            self._batches.give(self._batch)
            self._batch = None
