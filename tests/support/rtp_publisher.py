"""A synthetic publisher: real VP8, H.264 and Opus made by PyAV, sent as an engine would send it.

Every publisher films the same scene: at each whole second in `flashes_s` the picture turns white for
one frame and a 1 kHz tone of 80 ms sounds, so that recordings can be checked against each other.
Everything random comes from a seed.
"""

import asyncio
import heapq
import itertools
import json
import random
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np

from app.media.rtp_sink import (
    BYE,
    GAP,
    GAP_BODY,
    HELLO,
    KEYFRAME_WANTED,
    RTP,
    RTP_PREFIX,
    SENDER_REPORT,
    SENDER_REPORT_BODY,
    FrameReader,
    frame,
)

MTU = 1_100
WIDTH, HEIGHT, FPS = 160, 120, 15
OPUS_FRAME_S = 0.02
BEEP_HZ, BEEP_S = 1_000, 0.08
NTP_EPOCH_S = 2_208_988_800
CLOCK_RATES = {"vp8": 90_000, "h264": 90_000, "opus": 48_000}
PAYLOAD_TYPES = {"vp8": 96, "h264": 102, "opus": 111}


@dataclass(frozen=True)
class EncodedFrame:
    captured_s: float
    """Since the scene began."""
    data: bytes
    is_keyframe: bool


@lru_cache(maxsize=32)
def film_video(
    codec: str,
    duration_s: float,
    flashes_s: tuple[float, ...],
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> tuple[EncodedFrame, ...]:
    """The scene's picture, a keyframe each second. H.264 comes as Annex B."""
    width, height = size
    encoder = av.CodecContext.create({"vp8": "libvpx", "h264": "libx264"}[codec], "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 90_000), Fraction(FPS)
    encoder.gop_size = FPS
    encoder.options = (
        {"deadline": "realtime", "cpu-used": "8", "keyint_min": str(FPS)}
        if codec == "vp8"
        else {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    )
    flash_frames = {round(at * FPS) for at in flashes_s}
    noise = np.random.default_rng(7)
    frames = []
    for number in range(round(duration_s * FPS)):
        luma = np.full((height * 3 // 2, width), 128, np.uint8)
        luma[:height] = 235 if number in flash_frames else 40
        luma[:height] += noise.integers(0, 12, (height, width), dtype=np.uint8)
        picture = av.VideoFrame.from_ndarray(luma, format="yuv420p")
        picture.pts, picture.time_base = number * 90_000 // FPS, Fraction(1, 90_000)
        for packet in encoder.encode(picture):
            frames.append(EncodedFrame(packet.pts / 90_000, bytes(packet), packet.is_keyframe))
    return tuple(frames)


@lru_cache(maxsize=32)
def film_audio(
    duration_s: float,
    flashes_s: tuple[float, ...],
    silences_s: tuple[tuple[float, float], ...] = (),
) -> tuple[EncodedFrame, ...]:
    """The scene's sound, 20 ms Opus. In `silences_s` nothing is sent at all, as DTX does."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate = 32_000
    times = np.arange(int(duration_s * 48_000)) / 48_000
    sound = np.zeros_like(times)
    for at in flashes_s:
        sounding = (times >= at) & (times < at + BEEP_S)
        sound[sounding] = 12_000 * np.sin(2 * np.pi * BEEP_HZ * times[sounding])
    sound += np.random.default_rng(8).normal(0, 20, len(times))
    frames = []
    for number, start in enumerate(range(0, len(times) - 959, 960)):
        block = sound[start : start + 960].astype(np.int16)[None, :]
        piece = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        piece.sample_rate, piece.pts = 48_000, start
        for packet in encoder.encode(piece):
            at = number * OPUS_FRAME_S
            if not any(begin <= at < end for begin, end in silences_s):
                frames.append(EncodedFrame(at, bytes(packet), True))
    return tuple(frames)


def film_stereo(duration_s: float) -> tuple[EncodedFrame, ...]:
    """Music as a lead sends it: 20 ms Opus in two channels, a tone in the left one only."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.bit_rate = 96_000
    frames = []
    for number in range(round(duration_s / OPUS_FRAME_S)):
        times = (np.arange(960) + 960 * number) / 48_000
        block = np.zeros((960, 2), np.int16)
        block[:, 0] = 12_000 * np.sin(2 * np.pi * BEEP_HZ * times)
        piece = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="stereo")
        piece.sample_rate, piece.pts = 48_000, 960 * number
        for packet in encoder.encode(piece):
            frames.append(EncodedFrame(number * OPUS_FRAME_S, bytes(packet), True))
    return tuple(frames)


def looped(
    frames: tuple[EncodedFrame, ...], period_s: float, times: int
) -> tuple[EncodedFrame, ...]:
    """The scene again and again: a long one that costs no more to encode. It begins with a keyframe."""
    return tuple(
        EncodedFrame(n * period_s + f.captured_s, f.data, f.is_keyframe)
        for n in range(times)
        for f in frames
    )


def packetize(codec: str, data: bytes) -> list[bytes]:
    """RTP payloads of one frame: RFC 7741 with a 15-bit picture id left out, RFC 6184, RFC 7587."""
    if codec == "opus":
        return [data]
    if codec == "vp8":
        parts = [data[i : i + MTU] for i in range(0, len(data), MTU)]
        return [(b"\x10" if i == 0 else b"\x00") + part for i, part in enumerate(parts)]
    units = [u for u in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if u]
    payloads: list[bytes] = []
    parameter_sets = [u for u in units if u[0] & 0x1F in (7, 8)]
    if parameter_sets:
        payloads.append(b"\x78" + b"".join(struct.pack("!H", len(u)) + u for u in parameter_sets))
    for unit in units:
        if unit in parameter_sets:
            continue
        if len(unit) <= MTU:
            payloads.append(unit)
            continue
        pieces = [unit[i : i + MTU] for i in range(1, len(unit), MTU)]
        for i, piece in enumerate(pieces):
            flags = 0x80 * (i == 0) | 0x40 * (i == len(pieces) - 1)
            payloads.append(bytes((unit[0] & 0x60 | 28, flags | unit[0] & 0x1F)) + piece)
    return payloads


@dataclass
class SyntheticTrack:
    """One track of a publisher, as RTP with sender reports.

    `ntp_offset_s` is how wrong the sender's own clock is; `jitter_s` the width of the uniformly
    distributed network delay of each packet, `loss` the share that never comes, `encoding_s` how long
    a frame takes from capture to its first packet, `drift_ppm` how much too fast the clock of its time
    stamps runs, `ntp_drift_ppm` the same of the sender's own clock.
    """

    lesson_id: str
    publication_id: str
    codec: str
    frames: tuple[EncodedFrame, ...]
    seed: int = 1
    ntp_offset_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    encoding_s: float = 0.0
    report_interval_s: float = 5.0
    sends_reports: bool = True
    drift_ppm: float = 0.0
    ntp_drift_ppm: float = 0.0
    ssrc: int = field(init=False)
    first_timestamp: int = field(init=False)
    first_sequence_number: int = field(init=False)

    def __post_init__(self) -> None:
        rng = random.Random(f"{self.seed}/{self.publication_id}")
        self.ssrc = rng.randrange(1, 2**32)
        # Near the wrap, so that every test crosses it.
        self.first_timestamp = 2**32 - rng.randrange(1, 100_000)
        self.first_sequence_number = 2**16 - rng.randrange(1, 50)

    @property
    def clock_rate_hz(self) -> int:
        return CLOCK_RATES[self.codec]

    def hello(self) -> bytes:
        return frame(
            HELLO,
            json.dumps(
                {
                    "lesson_id": self.lesson_id,
                    "publication_id": self.publication_id,
                    "kind": "audio" if self.codec == "opus" else "video",
                    "codec": self.codec,
                    "payload_type": PAYLOAD_TYPES[self.codec],
                    "clock_rate_hz": self.clock_rate_hz,
                    "ssrc": self.ssrc,
                }
            ).encode(),
        )

    def timestamp(self, at_s: float) -> int:
        ticks = at_s * self.clock_rate_hz * (1 + self.drift_ppm / 1e6)
        return (self.first_timestamp + round(ticks)) % 2**32

    def packets(self) -> Iterator[tuple[float, bytes]]:
        """(capture time, RTP packet) in sending order."""
        number = itertools.count(self.first_sequence_number)
        for encoded in self.frames:
            payloads = packetize(self.codec, encoded.data)
            for i, payload in enumerate(payloads):
                is_last = i == len(payloads) - 1
                marker = 0x80 if is_last and self.codec != "opus" else 0
                header = struct.pack(
                    "!BBHII",
                    0x80,
                    PAYLOAD_TYPES[self.codec] | marker,
                    next(number) % 2**16,
                    self.timestamp(encoded.captured_s),
                    self.ssrc,
                )
                yield encoded.captured_s, header + payload

    def sender_report(self, at_s: float, scene_utc_s: float, arrival_ns: int) -> bytes:
        """A report captured at `at_s`; `scene_utc_s` is the true wall clock when the scene began."""
        since_s = at_s * (1 + self.ntp_drift_ppm / 1e6)
        seconds = scene_utc_s + NTP_EPOCH_S + since_s + self.ntp_offset_s
        ntp = int(seconds * 2**32) % 2**64
        body = SENDER_REPORT_BODY.pack(arrival_ns, self.ssrc, ntp, self.timestamp(at_s))
        return frame(SENDER_REPORT, body)

    def sink_frames(
        self, scene_ns: int, scene_utc_s: float, from_s: float = 0.0, to_s: float = 1e9
    ) -> list[tuple[int, bytes]]:
        """(arrival, sink frame) in order of arrival, as fast as anyone likes to write them."""
        return list(self.arrivals(scene_ns, scene_utc_s, from_s, to_s))

    def arrivals(
        self, scene_ns: int, scene_utc_s: float, from_s: float = 0.0, to_s: float = 1e9
    ) -> Iterator[tuple[int, bytes]]:
        """The same one by one: a long lesson need not fit into memory."""
        rng = random.Random(f"{self.seed}/{self.publication_id}/{from_s}")
        report_at_s = from_s + rng.uniform(0.2, 0.8)
        underway: list[tuple[int, int, bytes]] = []
        number = itertools.count()

        def send(at_s: float, delay_s: float, data: Callable[[int], bytes]) -> None:
            arrival = scene_ns + int((at_s + 0.01 + delay_s + rng.uniform(0, self.jitter_s)) * 1e9)
            heapq.heappush(underway, (arrival, next(number), data(arrival)))

        for at_s, packet in self.packets():
            if not from_s <= at_s < to_s:
                continue
            while self.sends_reports and report_at_s <= at_s:
                report_s = report_at_s
                send(
                    report_s,
                    0.0,
                    lambda arrival, at=report_s: self.sender_report(at, scene_utc_s, arrival),
                )
                report_at_s += self.report_interval_s
            if rng.random() >= self.loss:
                send(
                    at_s,
                    self.encoding_s,
                    lambda arrival, rtp=packet: frame(RTP, RTP_PREFIX.pack(arrival) + rtp),
                )
            # Nothing that is sent from now on can arrive before that.
            while underway and underway[0][0] <= scene_ns + int(at_s * 1e9):
                arrival, _, data = heapq.heappop(underway)
                yield arrival, data
        yield from ((arrival, data) for arrival, _, data in sorted(underway))


def gap_frame(now_ns: int, count: int) -> bytes:
    return frame(GAP, GAP_BODY.pack(now_ns, count))


async def send_all(socket_path: Path, track: SyntheticTrack, frames: Iterable[bytes]) -> None:
    """Write a whole recording at once, hello to bye, and wait until the recorder hung up."""
    reader, writer = await asyncio.open_unix_connection(socket_path)
    try:
        writer.write(track.hello())
        for data in frames:
            writer.write(data)
            await writer.drain()
        writer.write(frame(BYE))
        await writer.drain()
        while await reader.read(4_096):
            pass
    finally:
        writer.close()


class LivePublisher:
    """Sends its tracks in real time and reconnects like an engine does, until stopped."""

    def __init__(
        self,
        socket_path: Path,
        tracks: list[SyntheticTrack],
        scene_ns: int | None = None,
        scene_utc_s: float | None = None,
    ) -> None:
        self.scene_ns = scene_ns if scene_ns is not None else time.monotonic_ns()
        self.scene_utc_s = scene_utc_s if scene_utc_s is not None else time.time()
        self.keyframes_wanted = 0
        self.connections = 0
        self._socket_path = socket_path
        self._tasks = [asyncio.create_task(self._publish(track)) for track in tracks]

    async def stop(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def finished(self) -> None:
        """Everything was sent."""
        await asyncio.gather(*self._tasks)

    async def _publish(self, track: SyntheticTrack) -> None:
        frames = track.sink_frames(self.scene_ns, self.scene_utc_s)
        position = 0
        while position < len(frames):
            try:
                reader, writer = await asyncio.open_unix_connection(self._socket_path)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            self.connections += 1
            listening = asyncio.create_task(self._listen(reader))
            try:
                writer.write(track.hello())
                # What was due while nobody listened is gone.
                now = time.monotonic_ns()
                while position < len(frames) and frames[position][0] < now - 50_000_000:
                    position += 1
                while position < len(frames) and not listening.done():
                    arrival, data = frames[position]
                    wait_s = (arrival - time.monotonic_ns()) / 1e9
                    if wait_s > 0:
                        await asyncio.sleep(wait_s)
                    writer.write(data)
                    await writer.drain()
                    position += 1
                if position == len(frames):
                    writer.write(frame(BYE))
                    await writer.drain()
                    await listening
            except OSError:
                pass
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                writer.close()
            await asyncio.sleep(0.05)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        frames = FrameReader()
        while data := await reader.read(4_096):
            for kind, _ in frames.feed(data):
                if kind == KEYFRAME_WANTED:
                    self.keyframes_wanted += 1
