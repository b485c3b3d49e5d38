"""Keyframes, epochs and rotation: the track's decisions, with time as an argument."""

from dataclasses import dataclass, field

from app.ids import LessonId, PublicationId
from app.recording.port import TrackRequest
from app.recording.sidecar import GapRecord, Record, SegmentHeader, SenderReportRecord
from app.recording.track import Hello, MachineClock, Track
from tests.support.rtp_publisher import EncodedFrame, SyntheticTrack

SECOND = 1_000_000_000
# Frame headers of RFC 6386 §9.1 are all that a track looks at: one packet each.
KEYFRAME = b"\x10\x00\x00\x9d\x01\x2a" + (160).to_bytes(2, "little") + (120).to_bytes(2, "little")
DELTA = b"\x11\x00\x00"


@dataclass
class Output:
    """What would be written."""

    headers: list[SegmentHeader] = field(default_factory=list)
    closes: list[tuple[bool, str]] = field(default_factory=list)
    frames: list[tuple[int, bool]] = field(default_factory=list)
    notes: list[Record] = field(default_factory=list)
    is_full: bool = False

    def open(self, header: SegmentHeader) -> None:
        self.headers.append(header)

    def write(self, data: bytes, timestamp: int, *, is_keyframe: bool) -> bool:
        if self.is_full:
            return False
        self.frames.append((timestamp, is_keyframe))
        return True

    def note(self, record: Record) -> None:
        self.notes.append(record)

    def close(self, *, is_last: bool, reason: str) -> None:
        self.closes.append((is_last, reason))


def video(
    times_s: list[float], keyframes: set[float] | None = None
) -> tuple[SyntheticTrack, list[tuple[int, bytes]]]:
    """Packets at these capture times, arriving at once; all keyframes unless told which."""
    frames = tuple(
        EncodedFrame(at, KEYFRAME if keyframes is None or at in keyframes else DELTA, True)
        for at in times_s
    )
    track = SyntheticTrack("les_1", "lead_u/camera", "vp8", frames)
    return track, [(int(at * SECOND), packet) for at, packet in track.packets()]


def opened(source: SyntheticTrack, output: Output, interval_s: float = 10.0) -> Track:
    request = TrackRequest(LessonId("les_1"), PublicationId("lead_u/camera"), interval_s)
    track = Track(request, output, MachineClock("boot", 0, 0))
    track.hello(Hello("les_1", "lead_u/camera", "video", "vp8", 96, 90_000, source.ssrc))
    return track


def test_a_keyframe_is_asked_for_at_once_each_second_and_then_each_interval() -> None:
    source, packets = video([0.0])
    output = Output()
    track = opened(source, output)
    start = 100 * SECOND
    asked = [t for t in range(0, 35) if track.poll(start + t * SECOND // 10)]
    assert asked == [0, 10, 20, 30]
    track.rtp(packets[0][1], start + 4 * SECOND)
    asked = [t for t in range(5, 40) if track.poll(start + t * SECOND)]
    # Until it comes: the request goes out again each second.
    assert asked[:3] == [14, 15, 16]
    track.want_keyframe()
    assert track.poll(start + 41 * SECOND)


def test_a_closed_camera_stays_one_epoch_and_a_clock_that_jumps_begins_another() -> None:
    source, packets = video([0.0, 1.0, 300.0, 301.0])
    output = Output()
    track = opened(source, output)
    for at, packet in packets:
        track.rtp(packet, at)
    assert len({h.epoch_id for h in output.headers}) == 1

    output = Output()
    track = opened(source, output)
    for (_, packet), at_s in zip(packets, (0, 1, 2, 3), strict=True):
        track.rtp(packet, at_s * SECOND)
    assert len({h.epoch_id for h in output.headers}) == 2
    assert output.closes == [(True, "clock_jump")]


def test_silence_that_a_microphone_does_not_send_is_no_loss() -> None:
    """Opus with DTX: a packet each 400 ms while nobody speaks, numbered without a gap (RFC 7587 §3.1.3)."""
    talk = [0.02 * step for step in range(50)]
    silence = [1.0 + 0.4 * step for step in range(10)]
    times = talk + silence + [5.0 + at for at in talk]
    frames = tuple(EncodedFrame(at, b"\xf8opus", True) for at in times)
    source = SyntheticTrack("les_1", "lead_u/microphone", "opus", frames)
    output = Output()
    request = TrackRequest(LessonId("les_1"), PublicationId("lead_u/microphone"), 10.0)
    track = Track(request, output, MachineClock("boot", 0, 0))
    track.hello(Hello("les_1", "lead_u/microphone", "audio", "opus", 111, 48_000, source.ssrc))
    for at, packet in source.packets():
        track.rtp(packet, int(at * SECOND))
        track.poll(int(at * SECOND))
    assert len({header.epoch_id for header in output.headers}) == 1
    assert track.gaps == 0 and not any(isinstance(note, GapRecord) for note in output.notes)
    assert [at for at, _ in output.frames] == [round(at * 48_000) for at in times]


def test_segments_rotate_on_a_keyframe_and_keep_the_epochs_time_line() -> None:
    times = [float(t) for t in range(0, 130)]
    source, packets = video(times, {0.0, 50.0, 70.0})
    output = Output()
    track = opened(source, output, interval_s=1_000.0)
    asked = []
    for at, packet in packets:
        track.rtp(packet, at)
        if track.poll(at) and at > SECOND:
            asked.append(at // SECOND)
    assert [h.rtp // 90_000 for h in output.headers] == [0, 70]
    assert [h.index for h in output.headers] == [0, 1]
    assert output.closes == [(False, "rotated")]
    assert asked[0] == 60, "asked for when the rotation is due"
    assert asked[-1] == 69


def test_without_any_keyframe_a_segment_still_ends() -> None:
    source, packets = video([float(t) for t in range(0, 130)], {0.0})
    output = Output()
    track = opened(source, output)
    for at, packet in packets:
        track.rtp(packet, at)
    assert [h.rtp // 90_000 for h in output.headers] == [0, 120]


def test_a_lost_packet_drops_to_the_next_keyframe_after_a_second() -> None:
    source, packets = video([n / 10 for n in range(40)], {0.0, 3.0})
    output = Output()
    track = opened(source, output)
    for n, (at, packet) in enumerate(packets):
        if n != 5:
            track.rtp(packet, at)
    written = [timestamp / 9_000 for timestamp, _ in output.frames]
    assert written == [0, 1, 2, 3, 4, *range(30, 40)]
    assert [r.reason for r in output.notes if isinstance(r, GapRecord)] == ["lost"]


def test_a_slow_disk_costs_frames_to_the_next_keyframe_and_no_more() -> None:
    source, packets = video([n / 10 for n in range(30)], {0.0, 1.0, 2.0})
    output = Output()
    track = opened(source, output)
    for n, (at, packet) in enumerate(packets):
        output.is_full = 4 <= n < 7
        track.rtp(packet, at)
    assert [t // 9_000 for t, _ in output.frames] == [0, 1, 2, 3, *range(10, 30)]
    assert [r.reason for r in output.notes if isinstance(r, GapRecord)] == ["queue"]


def test_first_reports_are_kept_and_later_ones_thinned() -> None:
    source, packets = video([float(t) for t in range(0, 121)])
    output = Output()
    track = opened(source, output)
    for at, packet in packets:
        track.rtp(packet, at)
        ntp = (at << 32) // SECOND
        track.sender_report(source.ssrc, ntp, source.timestamp(at / SECOND), at)
        track.sender_report(source.ssrc + 1, ntp, 0, at)
    reports = [r for r in output.notes if isinstance(r, SenderReportRecord)]
    assert len(reports) == 4 + 3
    assert all(r.rtp == r.mono * 90_000 // SECOND for r in reports)
