"""RTCP packets: RFC 3550 §6 (reports), RFC 4585 (feedback), RFC 5104 (FIR), REMB draft.

Each packet is a value with `__bytes__`; `parse_compound` reads what arrives. A packet type that
is not listed here is skipped, one that contradicts its own length raises ValueError.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

SENDER_REPORT = 200
RECEIVER_REPORT = 201
SOURCE_DESCRIPTION = 202
GOODBYE = 203
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206

_FMT_NACK = 1
_FMT_PLI = 1
_FMT_FIR = 4
_FMT_APPLICATION = 15
_SDES_CNAME = 1
_MAX_BLOCKS = 31

_HEADER = struct.Struct("!BBH")
_REPORT_BLOCK = struct.Struct("!IIIIII")
_SENDER_INFO = struct.Struct("!IQIII")
_FEEDBACK = struct.Struct("!II")
_NACK_ITEM = struct.Struct("!HH")
_FIR_ITEM = struct.Struct("!IBxxx")


def is_rtcp(data: bytes) -> bool:
    """Whether a packet of the RTP/RTCP range is RTCP: second byte 192..223, RFC 5761 §4."""
    return len(data) > 1 and 192 <= data[1] <= 223


class ReportBlock(NamedTuple):
    """How one source is received, RFC 3550 §6.4.1."""

    ssrc: int
    fraction_lost: int
    """In 1/256."""
    packets_lost: int
    """Cumulative, signed 24 bit; clamped when written."""
    highest_sequence_number: int
    """Extended with the number of cycles in the upper 16 bits."""
    jitter: int
    """In ticks of the RTP clock."""
    last_sr: int
    """Middle 32 bits of the NTP time of the last sender report, 0 if none."""
    delay_since_last_sr: int
    """In 1/65536 s."""

    def __bytes__(self) -> bytes:
        lost = max(-0x800000, min(self.packets_lost, 0x7FFFFF)) & 0xFFFFFF
        return _REPORT_BLOCK.pack(
            self.ssrc,
            self.fraction_lost << 24 | lost,
            self.highest_sequence_number,
            self.jitter,
            self.last_sr,
            self.delay_since_last_sr,
        )


class SenderReport(NamedTuple):
    """What one source has sent, RFC 3550 §6.4.1."""

    ssrc: int
    ntp_timestamp: int
    """Seconds since 1900 in 32.32 fixed point."""
    rtp_timestamp: int
    packet_count: int
    octet_count: int
    reports: tuple[ReportBlock, ...] = ()

    def __bytes__(self) -> bytes:
        body = _SENDER_INFO.pack(
            self.ssrc, self.ntp_timestamp, self.rtp_timestamp, self.packet_count, self.octet_count
        )
        return _pack(SENDER_REPORT, len(self.reports), body + b"".join(map(bytes, self.reports)))


class ReceiverReport(NamedTuple):
    """Reports of one that may itself send nothing, RFC 3550 §6.4.2."""

    ssrc: int
    reports: tuple[ReportBlock, ...] = ()

    def __bytes__(self) -> bytes:
        body = self.ssrc.to_bytes(4, "big") + b"".join(map(bytes, self.reports))
        return _pack(RECEIVER_REPORT, len(self.reports), body)


class SourceDescription(NamedTuple):
    """(ssrc, CNAME) of each source, RFC 3550 §6.5; other items are not kept."""

    cnames: tuple[tuple[int, str], ...]

    def __bytes__(self) -> bytes:
        body = bytearray()
        for ssrc, cname in self.cnames:
            text = cname.encode()[:255]
            chunk = ssrc.to_bytes(4, "big") + bytes((_SDES_CNAME, len(text))) + text
            body += chunk + bytes(4 - len(chunk) % 4)
        return _pack(SOURCE_DESCRIPTION, len(self.cnames), bytes(body))


class Goodbye(NamedTuple):
    """Sources that end, RFC 3550 §6.6."""

    ssrcs: tuple[int, ...]

    def __bytes__(self) -> bytes:
        return _pack(GOODBYE, len(self.ssrcs), struct.pack(f"!{len(self.ssrcs)}I", *self.ssrcs))


class Nack(NamedTuple):
    """Generic NACK: packets of `media_ssrc` that are missing, RFC 4585 §6.2.1."""

    sender_ssrc: int
    media_ssrc: int
    sequence_numbers: tuple[int, ...]
    """Ascending in sequence order when built; bounded by the packet that carried them."""

    def __bytes__(self) -> bytes:
        body = _FEEDBACK.pack(self.sender_ssrc, self.media_ssrc) + _nack_items(
            self.sequence_numbers
        )
        return _pack(TRANSPORT_FEEDBACK, _FMT_NACK, body)


class PictureLossIndication(NamedTuple):
    """A keyframe is needed, RFC 4585 §6.3.1."""

    sender_ssrc: int
    media_ssrc: int

    def __bytes__(self) -> bytes:
        body = _FEEDBACK.pack(self.sender_ssrc, self.media_ssrc)
        return _pack(PAYLOAD_FEEDBACK, _FMT_PLI, body)


class FullIntraRequest(NamedTuple):
    """A keyframe is needed by a newcomer, RFC 5104 §4.3.1."""

    sender_ssrc: int
    requests: tuple[tuple[int, int], ...]
    """(ssrc of the source, command sequence number 0..255)."""

    def __bytes__(self) -> bytes:
        body = _FEEDBACK.pack(self.sender_ssrc, 0)
        body += b"".join(_FIR_ITEM.pack(ssrc, number) for ssrc, number in self.requests)
        return _pack(PAYLOAD_FEEDBACK, _FMT_FIR, body)


class Remb(NamedTuple):
    """Receiver estimated maximum bitrate, draft-alvestrand-rmcat-remb-03 §2.2."""

    sender_ssrc: int
    bitrate_bps: int
    """18 significant bits survive the wire; at most 2**64 - 1 when built."""
    ssrcs: tuple[int, ...]

    def __bytes__(self) -> bytes:
        exponent, mantissa = 0, self.bitrate_bps
        while mantissa > 0x3FFFF:
            mantissa >>= 1
            exponent += 1
        body = _FEEDBACK.pack(self.sender_ssrc, 0) + b"REMB"
        body += (len(self.ssrcs) << 24 | exponent << 18 | mantissa).to_bytes(4, "big")
        body += struct.pack(f"!{len(self.ssrcs)}I", *self.ssrcs)
        return _pack(PAYLOAD_FEEDBACK, _FMT_APPLICATION, body)


RtcpPacket = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Goodbye
    | Nack
    | PictureLossIndication
    | FullIntraRequest
    | Remb
)


def build_compound(packets: Iterable[RtcpPacket]) -> bytes:
    """The packets one after the other; begin with a report unless reduced size (RFC 5506)."""
    return b"".join(map(bytes, packets))


def parse_compound(data: bytes) -> list[RtcpPacket]:
    """The known packets of a compound, in order.

    Raises ValueError if a header is malformed or a known packet contradicts its length.
    """
    packets: list[RtcpPacket] = []
    position, end = 0, len(data)
    while position < end:
        if end - position < 4:
            raise ValueError("RTCP header is truncated")
        first, packet_type, words = _HEADER.unpack_from(data, position)
        if first & 0xC0 != 0x80:
            raise ValueError("RTCP version is not 2")
        stop = position + 4 + 4 * words
        if stop > end:
            raise ValueError("RTCP packet is truncated")
        body = data[position + 4 : stop]
        if first & 0x20:
            body = _without_padding(body)
        try:
            packet = _parse_one(packet_type, first & 0x1F, body)
        except struct.error as error:
            raise ValueError(f"RTCP packet of type {packet_type} is truncated") from error
        if packet is not None:
            packets.append(packet)
        position = stop
    return packets


def _without_padding(body: bytes) -> bytes:
    if not body or body[-1] == 0 or body[-1] > len(body):
        raise ValueError("RTCP padding is longer than the packet")
    return body[: -body[-1]]


def _parse_one(packet_type: int, count: int, body: bytes) -> RtcpPacket | None:
    match packet_type:
        case 200:
            ssrc, ntp, rtp, packet_count, octet_count = _SENDER_INFO.unpack_from(body)
            reports = _parse_reports(body, 24, count)
            return SenderReport(ssrc, ntp, rtp, packet_count, octet_count, reports)
        case 201:
            return ReceiverReport(_ssrc_at(body, 0), _parse_reports(body, 4, count))
        case 202:
            return _parse_source_description(body, count)
        case 203:
            return Goodbye(struct.unpack_from(f"!{count}I", body))
        case 205 if count == _FMT_NACK:
            return _parse_nack(body)
        case 206:
            return _parse_payload_feedback(count, body)
    return None


def _parse_payload_feedback(fmt: int, body: bytes) -> RtcpPacket | None:
    sender_ssrc, media_ssrc = _FEEDBACK.unpack_from(body)
    if fmt == _FMT_PLI:
        return PictureLossIndication(sender_ssrc, media_ssrc)
    if fmt == _FMT_FIR:
        if len(body) % 8:
            raise ValueError("FIR length is not a whole number of entries")
        return FullIntraRequest(sender_ssrc, tuple(_FIR_ITEM.iter_unpack(body[8:])))
    if fmt == _FMT_APPLICATION and body[8:12] == b"REMB":
        (word,) = struct.unpack_from("!I", body, 12)
        bitrate_bps = (word & 0x3FFFF) << (word >> 18 & 0x3F)
        return Remb(sender_ssrc, bitrate_bps, struct.unpack_from(f"!{word >> 24}I", body, 16))
    return None


def _ssrc_at(body: bytes, position: int) -> int:
    ssrc: int = struct.unpack_from("!I", body, position)[0]
    return ssrc


def _parse_reports(body: bytes, position: int, count: int) -> tuple[ReportBlock, ...]:
    reports = []
    for start in range(position, position + 24 * count, 24):
        ssrc, lost, highest, jitter, last_sr, delay = _REPORT_BLOCK.unpack_from(body, start)
        packets_lost = lost & 0xFFFFFF
        if packets_lost & 0x800000:
            packets_lost -= 0x1000000
        reports.append(ReportBlock(ssrc, lost >> 24, packets_lost, highest, jitter, last_sr, delay))
    return tuple(reports)


def _parse_source_description(body: bytes, count: int) -> SourceDescription:
    cnames = []
    position = 0
    for _ in range(count):
        ssrc = _ssrc_at(body, position)
        position += 4
        while True:
            if position >= len(body):
                raise ValueError("SDES chunk has no end")
            item_type = body[position]
            if item_type == 0:
                position += 4 - position % 4
                break
            if position + 1 >= len(body) or position + 2 + body[position + 1] > len(body):
                raise ValueError("SDES item is truncated")
            value = body[position + 2 : position + 2 + body[position + 1]]
            position += 2 + len(value)
            if item_type == _SDES_CNAME:
                cnames.append((ssrc, value.decode("utf-8", "replace")))
    return SourceDescription(tuple(cnames))


def _parse_nack(body: bytes) -> Nack:
    sender_ssrc, media_ssrc = _FEEDBACK.unpack_from(body)
    if len(body) % 4:
        raise ValueError("NACK length is not a whole number of items")
    numbers: list[int] = []
    for packet_id, mask in _NACK_ITEM.iter_unpack(body[8:]):
        numbers.append(packet_id)
        if mask:
            numbers.extend(packet_id + 1 + i & 0xFFFF for i in range(16) if mask >> i & 1)
    return Nack(sender_ssrc, media_ssrc, tuple(numbers))


def _nack_items(sequence_numbers: Sequence[int]) -> bytes:
    items = bytearray()
    position, count = 0, len(sequence_numbers)
    while position < count:
        packet_id = sequence_numbers[position]
        mask = 0
        position += 1
        while position < count:
            distance = (sequence_numbers[position] - packet_id) & 0xFFFF
            if not 1 <= distance <= 16:
                break
            mask |= 1 << distance - 1
            position += 1
        items += _NACK_ITEM.pack(packet_id, mask)
    return bytes(items)


def _pack(packet_type: int, count: int, body: bytes) -> bytes:
    if count > _MAX_BLOCKS:
        raise ValueError("RTCP packet holds at most 31 blocks")
    return _HEADER.pack(0x80 | count, packet_type, len(body) // 4) + body
