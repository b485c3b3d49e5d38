"""What the sidecars of one epoch say, put together."""

from dataclasses import dataclass
from pathlib import Path

from app.recording.sidecar import (
    ClosedRecord,
    DelayRecord,
    GapRecord,
    SegmentHeader,
    SenderReportRecord,
    read_sidecar,
)


@dataclass(frozen=True, slots=True)
class SegmentTelemetry:
    header: SegmentHeader
    path: Path
    closed: ClosedRecord | None
    """None: no recorder has closed or adopted it yet."""

    @property
    def is_torn(self) -> bool:
        return self.closed is None or self.closed.recovered


@dataclass(frozen=True, slots=True)
class EpochTelemetry:
    segments: tuple[SegmentTelemetry, ...]
    reports: tuple[SenderReportRecord, ...]
    delays: tuple[DelayRecord, ...]
    gaps: tuple[GapRecord, ...]

    @property
    def header(self) -> SegmentHeader:
        return self.segments[0].header

    @property
    def participant_id(self) -> str:
        return self.header.publication_id.rpartition("/")[0]

    @property
    def source(self) -> str:
        return self.header.publication_id.rpartition("/")[2]


def read_epoch(folder: Path) -> EpochTelemetry | None:
    """The epoch in this folder; None if not one of its sidecars has a readable first line."""
    segments: list[SegmentTelemetry] = []
    reports: list[SenderReportRecord] = []
    delays: list[DelayRecord] = []
    gaps: list[GapRecord] = []
    for sidecar in sorted(folder.glob("*.jsonl")):
        header: SegmentHeader | None = None
        closed: ClosedRecord | None = None
        for record in read_sidecar(sidecar):
            match record:
                case SegmentHeader():
                    header = record
                case SenderReportRecord():
                    reports.append(record)
                case DelayRecord():
                    delays.append(record)
                case GapRecord():
                    gaps.append(record)
                case ClosedRecord():
                    closed = record
        if header is not None:
            segments.append(SegmentTelemetry(header, sidecar.with_suffix(".mkv"), closed))
    if not segments:
        return None
    return EpochTelemetry(tuple(segments), tuple(reports), tuple(delays), tuple(gaps))
