"""One publication from packets to segments: order, frames, keyframes, epochs, rotation.

Belongs to the packet thread and never touches the disk. Time is an argument.
"""

import json
from dataclasses import dataclass
from typing import Protocol

from app.ids import new_id
from app.media.wire.rtp import RtpPacket, timestamp_delta
from app.recording.depacketizer import Depacketizer, Frame, depacketizer
from app.recording.port import TrackRequest
from app.recording.reorder import ReorderBuffer
from app.recording.sender_reports import SenderReportSelection
from app.recording.sidecar import DelayRecord, GapRecord, Record, SegmentHeader, SizeRecord

VIDEO_WAIT_NS = 1_000_000_000
AUDIO_WAIT_NS = 200_000_000
KEYFRAME_RETRY_NS = 1_000_000_000
ROTATE_AFTER_NS, ROTATE_AT_LATEST_NS = 60_000_000_000, 120_000_000_000
ROTATE_AFTER_BYTES, ROTATE_AT_LATEST_BYTES = 48 * 1024 * 1024, 64 * 1024 * 1024
MAX_CLOCK_JUMP_NS = 3_000_000_000
"""RTP time and arrival time may part by this much between two frames; beyond it a new epoch begins.
A camera that was closed for minutes keeps both together: that stays one epoch with a hole in it."""
_DELAY_WINDOW_NS = 5_000_000_000
_CODECS = {"video": ("vp8", "h264"), "audio": ("opus",)}


@dataclass(frozen=True, slots=True)
class Hello:
    """What the engine says first about a track, see `app.media.rtp_sink`."""

    lesson_id: str
    publication_id: str
    kind: str
    codec: str
    payload_type: int
    clock_rate_hz: int
    ssrc: int
    red_payload_type: int | None = None

    @classmethod
    def parse(cls, payload: bytes) -> "Hello":
        """ValueError for anything that cannot be recorded."""
        value = json.loads(payload)
        try:
            red = value.get("red_payload_type")
            hello = cls(
                lesson_id=str(value["lesson_id"]),
                publication_id=str(value["publication_id"]),
                kind=str(value["kind"]),
                codec=str(value["codec"]).lower(),
                payload_type=int(value["payload_type"]),
                clock_rate_hz=int(value["clock_rate_hz"]),
                ssrc=int(value["ssrc"]),
                red_payload_type=None if red is None else int(red),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"sink hello lacks {error}") from None
        if hello.codec not in _CODECS.get(hello.kind, ()):
            raise ValueError(f"cannot record {hello.kind} {hello.codec!r}")
        if not 1_000 <= hello.clock_rate_hz <= 192_000:
            raise ValueError(f"clock rate of {hello.clock_rate_hz} Hz")
        return hello


class TrackOutput(Protocol):
    """Where frames go: `writer.TrackWriter`, or a list in tests."""

    def open(self, header: SegmentHeader) -> None: ...

    def write(self, data: bytes, timestamp: int, *, is_keyframe: bool) -> bool: ...

    def note(self, record: Record) -> None: ...

    def close(self, *, is_last: bool, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class MachineClock:
    """What places CLOCK_MONOTONIC of this boot on the wall clock."""

    boot_id: str
    utc_ms: int
    mono_ns: int


@dataclass(slots=True)
class _Epoch:
    """The open epoch and its open segment."""

    epoch_id: str
    rtp_base: int
    parameter_set: bytes
    last_timestamp: int
    last_arrival_ns: int
    elapsed: int = 0
    """Clock ticks of the last frame since the epoch's first."""
    index: int = 0
    segment_started: int = 0
    segment_bytes: int = 0
    size: tuple[int, int] = (0, 0)
    best_delay: tuple[int, int, int] | None = None
    """(arrival minus RTP time in ns, elapsed ticks, arrival) of the window's quickest packet."""
    delay_due_ns: int = 0


class Track:
    """The state of one started publication while an engine is connected for it."""

    def __init__(self, request: TrackRequest, output: TrackOutput, clock: MachineClock) -> None:
        self._request = request
        self._output = output
        self._clock = clock
        self._hello: Hello | None = None
        self._reorder = ReorderBuffer(AUDIO_WAIT_NS)
        self._depacketizer: Depacketizer | None = None
        self._reports = SenderReportSelection()
        self._epoch: _Epoch | None = None
        self._needs_keyframe = False
        self._has_hole = False
        self._asked_ns = 0
        self._keyframe_ns = 0
        self._is_keyframe_wanted = False
        self.packets = self.frames = self.gaps = self.bad_packets = 0

    @property
    def epoch_id(self) -> str | None:
        return self._epoch.epoch_id if self._epoch else None

    @property
    def is_video(self) -> bool:
        return self._hello is not None and self._hello.kind == "video"

    # -- what the engine says

    def hello(self, hello: Hello) -> None:
        """A track epoch begins: other codec, other SSRC, or a new connection."""
        if hello == self._hello:
            return
        self.end_epoch("track_changed")
        self._hello = hello
        is_video = hello.kind == "video"
        self._reorder = ReorderBuffer(VIDEO_WAIT_NS if is_video else AUDIO_WAIT_NS)
        self._depacketizer = depacketizer(hello.codec, hello.red_payload_type)
        self._reports = SenderReportSelection()
        self._needs_keyframe = is_video
        self._has_hole = False

    def rtp(self, data: bytes, arrival_ns: int) -> None:
        """One packet, in any order. What cannot be read is counted and dropped."""
        hello = self._hello
        if hello is None:
            return
        try:
            packet = RtpPacket.parse(data)
        except ValueError:
            self.bad_packets += 1
            return
        if packet.ssrc != hello.ssrc:
            self.bad_packets += 1
            return
        self.packets += 1
        self._reorder.push(packet, arrival_ns)
        self._drain(arrival_ns)

    def sender_report(self, ssrc: int, ntp: int, rtp_timestamp: int, arrival_ns: int) -> None:
        """A sender report of this SSRC; it is kept until the epoch's first frame gives it a zero."""
        if self._hello is not None and ssrc == self._hello.ssrc:
            self._reports.add(ntp, rtp_timestamp, arrival_ns)
            self._note_reports(arrival_ns)

    def gap(self, now_ns: int, count: int) -> None:
        """The engine dropped packets because this side was slow."""
        self._count_gap(now_ns, count, "sink")
        self._has_hole = True

    def poll(self, now_ns: int) -> bool:
        """Give up what is late; whether a keyframe is to be asked for now. Call each 100 ms."""
        self._drain(now_ns)
        self._note_reports(now_ns)
        if not self.is_video:
            return False
        interval_ns = int(self._request.keyframe_interval_s * 1e9)
        is_due = now_ns - self._keyframe_ns >= interval_ns
        if not (self._needs_keyframe or self._is_keyframe_wanted or is_due or self._is_rotating()):
            return False
        if now_ns - self._asked_ns < KEYFRAME_RETRY_NS:
            return False
        self._asked_ns = now_ns
        return True

    def want_keyframe(self) -> None:
        """A scene begins (stage or slide change): the replay should be able to seek here."""
        self._is_keyframe_wanted = self.is_video

    def end_epoch(self, reason: str) -> None:
        """Close the epoch, if one is open."""
        if self._epoch is None:
            return
        self._note_delay(self._epoch)
        self._epoch = None
        # Their distances are from this epoch's first timestamp.
        self._reports = SenderReportSelection()
        self._output.close(is_last=True, reason=reason)

    def disconnect(self, reason: str) -> None:
        """The engine hung up: what waits for a late packet is taken as it is."""
        self._drain(2**62)
        self.end_epoch(reason)
        self._hello = None

    # -- packets to frames

    def _drain(self, now_ns: int) -> None:
        assembler = self._depacketizer
        if assembler is None:
            return
        for ordered in self._reorder.pop(now_ns):
            if ordered.missing:
                self._count_gap(ordered.arrival_ns, max(ordered.missing, 1), "lost")
                self._has_hole = True
            is_after_hole, self._has_hole = self._has_hole, False
            if is_after_hole and self.is_video:
                self._needs_keyframe = True
            try:
                frames = assembler.push(ordered.packet, is_after_hole=is_after_hole)
            except ValueError:
                self.bad_packets += 1
                self._has_hole = True
                continue
            for frame in frames:
                self._take(frame, ordered.arrival_ns)

    def _take(self, frame: Frame, arrival_ns: int) -> None:
        if self.is_video:
            if frame.is_keyframe:
                self._needs_keyframe = self._is_keyframe_wanted = False
                self._keyframe_ns = arrival_ns
            elif self._needs_keyframe:
                return
        epoch = self._epoch
        if epoch is not None and self._is_new_epoch(epoch, frame, arrival_ns):
            self.end_epoch("clock_jump")
            epoch = None
            if self.is_video and not frame.is_keyframe:
                self._needs_keyframe = True
                return
        if epoch is None:
            epoch = self._open_epoch(frame, arrival_ns)
        else:
            step = timestamp_delta(frame.rtp_timestamp, epoch.last_timestamp)
            if step <= 0:
                self.bad_packets += 1
                return
            epoch.elapsed += step
            epoch.last_timestamp, epoch.last_arrival_ns = frame.rtp_timestamp, arrival_ns
            if self._must_rotate(epoch, frame):
                self._rotate(epoch, frame, arrival_ns)
        self._write(epoch, frame, arrival_ns)

    def _write(self, epoch: _Epoch, frame: Frame, arrival_ns: int) -> None:
        if frame.width and (frame.width, frame.height) != epoch.size:
            epoch.size = (frame.width, frame.height)
            self._output.note(SizeRecord(epoch.elapsed, frame.width, frame.height))
        if not self._output.write(frame.data, epoch.elapsed, is_keyframe=frame.is_keyframe):
            self._count_gap(arrival_ns, 1, "queue")
            self._needs_keyframe = self.is_video
            return
        self.frames += 1
        epoch.segment_bytes += len(frame.data)
        self._observe_delay(epoch, arrival_ns)

    # -- epochs and segments

    def _is_new_epoch(self, epoch: _Epoch, frame: Frame, arrival_ns: int) -> bool:
        if frame.parameter_set and frame.parameter_set != epoch.parameter_set:
            return True
        step = timestamp_delta(frame.rtp_timestamp, epoch.last_timestamp)
        step_ns = self._ticks_to_ns(step)
        return abs(step_ns - (arrival_ns - epoch.last_arrival_ns)) > MAX_CLOCK_JUMP_NS

    def _open_epoch(self, frame: Frame, arrival_ns: int) -> _Epoch:
        epoch = _Epoch(
            epoch_id=new_id("epo"),
            rtp_base=frame.rtp_timestamp,
            parameter_set=frame.parameter_set,
            last_timestamp=frame.rtp_timestamp,
            last_arrival_ns=arrival_ns,
            size=(frame.width, frame.height),
            # The first one early: a recorder killed in its first seconds leaves something to go by.
            delay_due_ns=arrival_ns + _DELAY_WINDOW_NS // 5,
        )
        self._epoch = epoch
        self._open_segment(epoch, arrival_ns)
        self._note_reports(arrival_ns)
        return epoch

    def _open_segment(self, epoch: _Epoch, arrival_ns: int) -> None:
        hello = self._hello
        assert hello is not None
        epoch.segment_started, epoch.segment_bytes = epoch.elapsed, 0
        self._output.open(
            SegmentHeader(
                lesson_id=self._request.lesson_id,
                publication_id=self._request.publication_id,
                epoch_id=epoch.epoch_id,
                segment_id=f"{epoch.epoch_id}-{epoch.index:05d}",
                index=epoch.index,
                codec=hello.codec,
                clock_rate_hz=hello.clock_rate_hz,
                ssrc=hello.ssrc,
                rtp_base=epoch.rtp_base,
                rtp=epoch.elapsed,
                mono=arrival_ns,
                boot_id=self._clock.boot_id,
                utc_ms=self._clock.utc_ms,
                utc_mono=self._clock.mono_ns,
                width=epoch.size[0],
                height=epoch.size[1],
            )
        )

    def _rotate(self, epoch: _Epoch, frame: Frame, arrival_ns: int) -> None:
        self._note_delay(epoch)
        self._output.close(is_last=False, reason="rotated")
        epoch.index += 1
        if frame.width:
            epoch.size = (frame.width, frame.height)
        self._open_segment(epoch, arrival_ns)

    def _must_rotate(self, epoch: _Epoch, frame: Frame) -> bool:
        if frame.is_keyframe:
            return self._is_rotating()
        age_ns = self._ticks_to_ns(epoch.elapsed - epoch.segment_started)
        return age_ns >= ROTATE_AT_LATEST_NS or epoch.segment_bytes >= ROTATE_AT_LATEST_BYTES

    def _is_rotating(self) -> bool:
        epoch = self._epoch
        if epoch is None:
            return False
        age_ns = self._ticks_to_ns(epoch.elapsed - epoch.segment_started)
        return age_ns >= ROTATE_AFTER_NS or epoch.segment_bytes >= ROTATE_AFTER_BYTES

    # -- telemetry

    def _count_gap(self, now_ns: int, count: int, reason: str) -> None:
        self.gaps += 1
        if self._epoch is not None:
            self._output.note(GapRecord(now_ns, count, reason))

    def _note_reports(self, now_ns: int) -> None:
        if self._epoch is not None:
            for record in self._reports.take(now_ns, self._epoch.rtp_base):
                self._output.note(record)

    def _observe_delay(self, epoch: _Epoch, arrival_ns: int) -> None:
        delay_ns = arrival_ns - self._ticks_to_ns(epoch.elapsed)
        if epoch.best_delay is None or delay_ns < epoch.best_delay[0]:
            epoch.best_delay = (delay_ns, epoch.elapsed, arrival_ns)
        if arrival_ns >= epoch.delay_due_ns:
            self._note_delay(epoch)
            epoch.delay_due_ns = arrival_ns + _DELAY_WINDOW_NS

    def _note_delay(self, epoch: _Epoch) -> None:
        if epoch.best_delay is not None:
            _, elapsed, arrival_ns = epoch.best_delay
            self._output.note(DelayRecord(elapsed, arrival_ns))
            epoch.best_delay = None

    def _ticks_to_ns(self, ticks: int) -> int:
        rate = self._hello.clock_rate_hz if self._hello else 1
        return ticks * 1_000_000_000 // rate
