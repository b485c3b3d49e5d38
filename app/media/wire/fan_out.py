"""One burst to many receivers at once: copies, columns of header fields, encryption, one system call.

What the receivers of a layer get differs in three header fields, a few numbers in the payload, and the key. So the
burst is laid into a buffer once for each of them, at equal distances, and each field is written for all of them as one
column of memory; then every packet is encrypted where it lies, and `sendmmsg` takes them all. Nothing else happens per
receiver: they are counted together, and one that needs anything of its own leaves.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal, Protocol

from app.media.wire.burst import Burst, BurstLayout, BurstPacket
from app.media.wire.lanes import Lanes
from app.media.wire.outbox import OUTBOX_BYTES, Outbox, OutboxPath, Sender
from app.media.wire.rtp import HEADER_LENGTH
from app.media.wire.sendmmsg import CAPACITY, NAME_BYTES
from app.media.wire.srtp import HeaderRewrite, SrtpTransport, protect_alike

_SEQUENCE_NUMBER_OFFSET = 2
_CLOCK_OFFSET = 4
"""Timestamp and SSRC, RFC 3550 §5.1: eight bytes, the same for all packets of a frame."""
_ALIGNMENT = 8
_EXTENSION = struct.Struct("!II")
_ONE_WORD_EXTENSION = 0xBEDE0001

Deltas = tuple[int, ...]
"""What one recipient adds to numbers inside the payloads."""
PayloadColumns = Callable[
    [Sequence[Any], Sequence[Deltas]], Iterable[tuple[int, int, "memoryview[int]"]]
]
"""By packets and the deltas of all recipients: position of a packet, offset in its payload, a column for there."""
_Column = tuple[int, "memoryview[int]"]
"""Where a field begins, counted from the start of a copy; and its values, one per recipient."""


class FanOutSender(Sender, Protocol):
    """Whose packets these are (see `SrtpSender`)."""

    def recipient_left(self, recipient: Recipient) -> None:
        """`recipient` gets nothing through its fan-out any more; its counts are to be taken."""
        ...


class Recipient:
    """One receiver in a fan-out, until `leave`."""

    __slots__ = (
        "_bytes_seen",
        "_fan_out",
        "_on_left",
        "_packets_seen",
        "deltas",
        "header",
        "path",
        "sender",
        "srtp",
    )

    def __init__(
        self,
        sender: FanOutSender,
        srtp: SrtpTransport,
        path: OutboxPath,
        header: HeaderRewrite,
        deltas: Deltas,
        on_left: Callable[[], None],
    ) -> None:
        self.sender = sender
        self.srtp = srtp
        self.path = path
        self.header = header
        self.deltas = deltas
        self._on_left = on_left

    def entered(self, fan_out: FanOut) -> None:
        """What `fan_out` sends from now on counts."""
        self._fan_out = fan_out
        self._packets_seen, self._bytes_seen = fan_out.packets_sent, fan_out.bytes_sent

    def take_counts(self) -> tuple[int, int]:
        """Packets and encrypted bytes sent to it since it entered, or since the last call."""
        packets, octets = self._fan_out.packets_sent, self._fan_out.bytes_sent
        counts = packets - self._packets_seen, octets - self._bytes_seen
        self._packets_seen, self._bytes_seen = packets, octets
        return counts

    def leave(self) -> None:
        """Get nothing through the fan-out from now on. Idempotent."""
        if self._fan_out.remove(self):
            self.sender.recipient_left(self)
            self._on_left()


class FanOut:
    """Recipients behind one socket that share payload type, header extension and tag length."""

    def __init__(
        self,
        outbox: Outbox,
        payload_type: int,
        send_time_word: int,
        layout_key: tuple[int, int],
        payload_columns: PayloadColumns,
    ) -> None:
        self.packets_sent = 0
        """To each recipient, had it been there from the start."""
        self.bytes_sent = 0
        self._outbox = outbox
        self._payload_type = payload_type
        self._send_time_word = send_time_word
        self._layout_key = layout_key
        self._payload_columns = payload_columns
        self._changes_seen = outbox.changes
        self._recipients: dict[Recipient, None] = {}
        self._laid_out: list[Recipient] | None = None
        """Those whom the next six are of; None after a change."""
        self._contexts: list[Any] = []
        self._sequence_numbers = Lanes((), 16)
        self._timestamps = Lanes((), 32)
        self._ssrcs = 0
        """In the lower halves of lanes like those of timestamps."""
        self._deltas: list[Deltas] = []
        """Empty if nobody adds anything."""
        self._names = b""
        """One behind the other."""

    def add(self, recipient: Recipient) -> None:
        """Send to `recipient` too, from the next burst on."""
        self._recipients[recipient] = None
        self._laid_out = None
        recipient.entered(self)

    def remove(self, recipient: Recipient) -> bool:
        """Whether it was there."""
        if recipient not in self._recipients:
            return False
        del self._recipients[recipient]
        self._laid_out = None
        return True

    def clear(self) -> None:
        """Let everybody leave."""
        for recipient in list(self._recipients):
            recipient.leave()

    def send(self, burst: Burst[BurstPacket], send_time: int) -> None:
        """Send `burst` now; `send_time` is the abs-send-time, 24 bits, of those who take one."""
        if self._outbox.changes != self._changes_seen:
            self._part_from_troubled()
        if not self._recipients:
            return
        recipients = self._laid_out or self._lay_out()
        layout = burst.layout(*self._layout_key)
        self.packets_sent += len(layout.sizes)
        self.bytes_sent += layout.size
        columns = self._columns(layout)
        if self._deltas:
            columns += self._columns_of_payloads(burst, layout)
        stride = -(-layout.size // _ALIGNMENT) * _ALIGNMENT
        at_once = min(CAPACITY, OUTBOX_BYTES // stride)
        self._outbox.flush()
        for first in range(0, len(recipients), at_once):
            some = slice(first, min(first + at_once, len(recipients)))
            self._lay_copies(layout, stride, some.stop - first, send_time)
            self._write(columns, stride, some)
            contexts = islice(self._contexts, some.start, some.stop)
            failed = protect_alike(contexts, self._outbox, stride, layout)
            if failed:
                self._send_encrypted(layout, stride, recipients[some], failed)
            else:
                self._transmit(layout, stride, recipients, some)

    def _part_from_troubled(self) -> None:
        outbox = self._outbox
        self._changes_seen = outbox.changes
        for recipient in list(self._recipients):
            if outbox.is_refused or not recipient.path.is_plain:
                recipient.leave()

    def _lay_out(self) -> list[Recipient]:
        recipients = self._laid_out = list(self._recipients)
        self._contexts = [one.srtp.context for one in recipients]
        self._sequence_numbers = Lanes([one.header.sequence_offset for one in recipients], 16)
        self._timestamps = Lanes([one.header.timestamp_offset for one in recipients], 32)
        self._ssrcs = Lanes([one.header.ssrc for one in recipients], 32).plus(0)
        self._names = b"".join([one.path.name for one in recipients])
        deltas = [one.deltas for one in recipients]
        self._deltas = deltas if any(map(any, deltas)) else []
        return recipients

    # -- the same for everybody

    def _lay_copies(self, layout: BurstLayout, stride: int, count: int, send_time: int) -> None:
        buffer, view = self._outbox.buffer, self._outbox.view
        view[: layout.size] = layout.template
        word = self._send_time_word and self._send_time_word | send_time
        for offset, _, first, marker, _, _ in layout.packets:
            buffer[offset] = first
            buffer[offset + 1] = marker | self._payload_type
            if word:
                _EXTENSION.pack_into(buffer, offset + HEADER_LENGTH, _ONE_WORD_EXTENSION, word)
        done, end = stride, stride * count
        while done < end:
            size = min(done, end - done)
            view[done : done + size] = view[:size]
            done += size

    # -- each receiver's own

    def _columns(self, layout: BurstLayout) -> list[_Column]:
        clocks: dict[int, memoryview[int]] = {}
        columns: list[_Column] = []
        for start, _, _, _, index, timestamp in layout.packets:
            clock = clocks.get(timestamp)
            if clock is None:
                clock = clocks[timestamp] = self._clock(timestamp)
            numbers = self._sequence_numbers.column(index)
            columns += ((start + _SEQUENCE_NUMBER_OFFSET, numbers), (start + _CLOCK_OFFSET, clock))
        return columns

    def _columns_of_payloads(
        self, burst: Burst[BurstPacket], layout: BurstLayout
    ) -> Iterator[_Column]:
        positions = layout.payload_positions(0)
        for number, offset, column in self._payload_columns(burst.packets, self._deltas):
            yield positions[number] + offset, column

    def _clock(self, timestamp: int) -> memoryview[int]:
        lanes = self._timestamps.plus(timestamp) << 32 | self._ssrcs
        return memoryview(lanes.to_bytes(self._timestamps.size_bytes, "big")).cast("Q")

    def _write(self, columns: list[_Column], stride: int, some: slice) -> None:
        view, last = self._outbox.view, stride * (some.stop - some.start - 1)
        for begin, column in columns:
            size = column.itemsize
            field = view[begin : begin + last + size].cast(column.format)  # type: ignore[call-overload]
            field[:: stride // size] = column[some]

    # -- sending

    def _transmit(
        self, layout: BurstLayout, stride: int, recipients: list[Recipient], some: slice
    ) -> None:
        # A part of a list touches all that are in it, and a class does not fit the caches beside its keys.
        outbox, count = self._outbox, some.stop - some.start
        names = self._names[some.start * NAME_BYTES : some.stop * NAME_BYTES]
        for number, (start, end, segment, _, _) in enumerate(layout.runs):
            outbox.vector.fill(names, outbox.address + start, stride, end - start, segment)
            gone = outbox.transmit()
            if gone < count:
                for position, recipient in enumerate(recipients[some]):
                    first_run = number + (position < gone)
                    self._send_apart(layout, position * stride, recipient, first_run)
                return

    def _send_apart(
        self, layout: BurstLayout, start: int, recipient: Recipient, first_run: int
    ) -> None:
        """By the recipient's own path, which knows what to do about a full socket."""
        batch = self._outbox.as_batch(layout, start)
        dropped = sum(recipient.path.send_run(batch, run) for run in batch.runs[first_run:])
        if dropped:
            recipient.sender.burst_dropped(dropped)

    def _send_encrypted(
        self, layout: BurstLayout, stride: int, recipients: list[Recipient], failed: list[int]
    ) -> None:
        """To all but those at the positions `failed`, who leave."""
        for position, recipient in enumerate(recipients):
            if position in failed:
                recipient.leave()
                recipient.sender.burst_dropped(len(layout.sizes))
            else:
                self._send_apart(layout, position * stride, recipient, 0)


class FanOuts:
    """All recipients of one layer, sorted by what they have in common."""

    def __init__(self, payload_columns: PayloadColumns) -> None:
        self._payload_columns = payload_columns
        self._fan_outs: dict[tuple[Outbox, int, int, tuple[int, int]], FanOut] = {}

    def add(self, recipient: Recipient, outbox: Outbox, send_time_word: int) -> None:
        """Send to `recipient` too, from the next burst on."""
        srtp, payload_type = recipient.srtp, recipient.header.payload_type
        layout_key = srtp.layout_key_with_send_time if send_time_word else srtp.layout_key
        key = (outbox, payload_type, send_time_word, layout_key)
        fan_out = self._fan_outs.get(key)
        if fan_out is None:
            fan_out = self._fan_outs[key] = FanOut(*key, self._payload_columns)
        fan_out.add(recipient)

    def send(self, burst: Burst[BurstPacket], send_time: int) -> None:
        """Send `burst` now; `send_time` is the abs-send-time, 24 bits, of those who take one."""
        for fan_out in self._fan_outs.values():
            fan_out.send(burst, send_time)

    def clear(self) -> None:
        """Let everybody leave."""
        for fan_out in self._fan_outs.values():
            fan_out.clear()


def big_endian(code: Literal["H", "I"], values: Sequence[int]) -> memoryview[int]:
    """A column of numbers in network byte order, 16 or 32 bits each."""
    return memoryview(struct.pack(f">{len(values)}{code}", *values)).cast(code)
