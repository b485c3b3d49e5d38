"""Segments as the recorder leaves them after a lesson, written in a fraction of the time the lesson takes.

The packets pass through the recorder's own track, muxer and writer; only sockets and waiting are left out.
"""

from collections.abc import Sequence
from pathlib import Path

from app.ids import LessonId, PublicationId
from app.media.rtp_sink import (
    HELLO,
    RTP,
    RTP_PREFIX,
    SENDER_REPORT,
    SENDER_REPORT_BODY,
    FrameReader,
)
from app.recording.port import Report, TrackRequest
from app.recording.recorder import machine_clock
from app.recording.track import Hello, Track
from app.recording.writer import DiskWriter, TrackWriter
from tests.support.rtp_publisher import EncodedFrame, SyntheticTrack, film_audio, film_video

POLL_NS = 100_000_000
DRAIN_EACH = 10
"""Polls: the writer's queue is bounded, and nobody waits here for time to pass."""
FLASH_PERIOD_S = 10.0
FLASH_S = 5.0


def write_recording(
    root: Path, tracks: Sequence[SyntheticTrack], scene_ns: int, scene_utc_s: float
) -> list[Report]:
    """All of `tracks` below `root`, as if they had come at their time since `scene_ns`; what the recorder tells."""
    reports: list[Report] = []
    disk = DiskWriter(root, reports.append)
    disk.start()
    try:
        for synthetic in tracks:
            _write_track(disk, synthetic, scene_ns, scene_utc_s)
    finally:
        disk.close(timeout_s=60.0)
    return reports


def _write_track(
    disk: DiskWriter, synthetic: SyntheticTrack, scene_ns: int, scene_utc_s: float
) -> None:
    request = TrackRequest(LessonId(synthetic.lesson_id), PublicationId(synthetic.publication_id))
    writer = disk.track(request.lesson_id, request.publication_id)
    track = Track(request, writer, machine_clock())
    reader = FrameReader()
    poll_ns, polls = scene_ns, 0
    for _, payload in reader.feed(synthetic.hello()):
        track.hello(Hello.parse(payload))
    for arrival_ns, data in synthetic.arrivals(scene_ns, scene_utc_s):
        if arrival_ns >= poll_ns + POLL_NS:
            poll_ns, polls = arrival_ns, polls + 1
            track.poll(arrival_ns)
            if polls % DRAIN_EACH == 0:
                writer.drained().result()
        for kind, payload in reader.feed(data):
            _take(track, kind, payload)
    _end(track, writer)


def _take(track: Track, kind: bytes, payload: bytes) -> None:
    if kind == RTP:
        (arrival_ns,) = RTP_PREFIX.unpack_from(payload)
        track.rtp(payload[RTP_PREFIX.size :], arrival_ns)
    elif kind == SENDER_REPORT:
        arrival_ns, ssrc, ntp, rtp_timestamp = SENDER_REPORT_BODY.unpack(payload)
        track.sender_report(ssrc, ntp, rtp_timestamp, arrival_ns)
    else:
        assert kind == HELLO


def _end(track: Track, writer: TrackWriter) -> None:
    track.disconnect("ended")
    writer.drained().result()


def flashes_until(duration_s: float) -> list[float]:
    """When the picture flashes and the tone sounds in `drifting_tracks`."""
    return [n * FLASH_PERIOD_S + FLASH_S for n in range(int(duration_s / FLASH_PERIOD_S))]


def drifting_tracks(
    lesson_id: str, lead: str, seat: str, duration_s: float, drift_ppm: float = 100.0
) -> list[SyntheticTrack]:
    """Camera and microphone of two participants: wrong clocks, and every two of them drift apart by `drift_ppm`.

    The lead's picture changes its size every third loop; `duration_s` is a multiple of `FLASH_PERIOD_S`.
    """
    loops = range(round(duration_s / FLASH_PERIOD_S))
    small = film_video("vp8", FLASH_PERIOD_S, (FLASH_S,))
    large = film_video("vp8", FLASH_PERIOD_S, (FLASH_S,), (320, 240))
    sound = film_audio(FLASH_PERIOD_S, (FLASH_S,))
    scenes = {
        (lead, "camera"): [large if n % 3 == 1 else small for n in loops],
        (seat, "camera"): [small for _ in loops],
        (lead, "microphone"): [sound for _ in loops],
        (seat, "microphone"): [sound for _ in loops],
    }
    signs = {lead: 1, seat: -1}
    return [
        SyntheticTrack(
            lesson_id,
            f"{who}/{source}",
            "vp8" if source == "camera" else "opus",
            _one_after_the_other(scene),
            seed=seed,
            ntp_offset_s=1.5 if who == lead else -3_600.0,
            jitter_s=0.05,
            drift_ppm=signs[who] * drift_ppm / (2 if source == "camera" else -2),
            ntp_drift_ppm=-signs[who] * drift_ppm / 2,
        )
        for seed, ((who, source), scene) in enumerate(scenes.items(), 1)
    ]


def _one_after_the_other(scenes: Sequence[Sequence[EncodedFrame]]) -> tuple[EncodedFrame, ...]:
    return tuple(
        EncodedFrame(n * FLASH_PERIOD_S + one.captured_s, one.data, one.is_keyframe)
        for n, scene in enumerate(scenes)
        for one in scene
    )
