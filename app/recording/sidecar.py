"""The telemetry beside each segment: append-only JSON lines in `<segment>.jsonl`.

First line `segment` (a `SegmentHeader`), last line `closed` if the recorder lived to write it;
between them, in any order: `sr` (a sender report), `delay` (the quickest packet of a while), `gap`,
`size` (pixels changed). `rtp` is the distance from the epoch's first timestamp, in clock ticks, already
unwrapped; `mono` is CLOCK_MONOTONIC in nanoseconds.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    lesson_id: str
    publication_id: str
    epoch_id: str
    segment_id: str
    index: int
    codec: str
    clock_rate_hz: int
    ssrc: int
    rtp_base: int
    """RTP timestamp of the epoch's first frame: zero of the file's time line."""
    rtp: int
    """Where this segment starts on that line."""
    mono: int
    """Arrival of this segment's first frame."""
    boot_id: str
    """Of the machine: `mono` compares only within one."""
    utc_ms: int
    """Wall clock at `utc_mono`."""
    utc_mono: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class SenderReportRecord:
    ntp: int
    """64-bit NTP timestamp, the sender's own clock."""
    rtp: int
    mono: int


@dataclass(frozen=True, slots=True)
class DelayRecord:
    rtp: int
    mono: int


@dataclass(frozen=True, slots=True)
class GapRecord:
    mono: int
    count: int
    reason: str
    """`lost`: never came; `sink`: the engine dropped; `queue`: the disk was too slow."""


@dataclass(frozen=True, slots=True)
class SizeRecord:
    rtp: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ClosedRecord:
    size_bytes: int
    sha256: str
    is_last: bool
    """No further segment of this epoch follows."""
    reason: str
    recovered: bool = False
    """Closed by the next recorder; what follows the last good packet is lost."""


Record = SegmentHeader | SenderReportRecord | DelayRecord | GapRecord | SizeRecord | ClosedRecord
_TYPES: dict[str, type[Any]] = {
    "segment": SegmentHeader,
    "sr": SenderReportRecord,
    "delay": DelayRecord,
    "gap": GapRecord,
    "size": SizeRecord,
    "closed": ClosedRecord,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}


def dump_record(record: Record) -> bytes:
    """The record as one line."""
    return json.dumps({"t": _NAMES[type(record)], **asdict(record)}).encode() + b"\n"


def parse_record(line: bytes) -> Record:
    """Inverse of `dump_record`; ValueError for a torn or foreign line."""
    value = json.loads(line)
    if not isinstance(value, dict) or (cls := _TYPES.get(str(value.pop("t", "")))) is None:
        raise ValueError("not a sidecar record")
    known = {f.name for f in fields(cls)}
    try:
        record: Record = cls(**{k: v for k, v in value.items() if k in known})
    except TypeError as error:
        raise ValueError(f"sidecar record does not fit: {error}") from None
    return record


def read_sidecar(path: Path) -> Iterator[Record]:
    """Every readable record; a torn tail (half a line, zeros after a power cut) is passed over."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    for line in data.split(b"\n"):
        line = line.strip(b"\0\r ")
        if not line:
            continue
        try:
            yield parse_record(line)
        except ValueError:
            continue
