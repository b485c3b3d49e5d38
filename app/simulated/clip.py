"""Bundled clips, sent as they are: packets are read once and handed to the sender at their time."""

import asyncio
import itertools
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.packet import Packet

from app.media.port import Kind

CLIPS = Path(__file__).with_name("clips")
VP8_CLOCK_HZ = 90_000
OPUS_CLOCK_HZ = 48_000
OPUS_FRAME_TICKS = 960
MAX_LATE_S = 0.5
"""A process that was held up for longer skips instead of sending a burst."""


class ClipUnusable(Exception):
    """The file is missing, or holds something that cannot be sent without encoding."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One loop: VP8 frames of equal length, Opus packets of 20 ms, both filling the same time."""

    frames: tuple[bytes, ...]
    packets: tuple[bytes, ...]
    frame_ticks: int
    """Length of a frame in units of 1/90000 s."""

    @property
    def duration_s(self) -> float:
        return len(self.frames) * self.frame_ticks / VP8_CLOCK_HZ


def clip_names() -> list[str]:
    """The bundled clips."""
    return sorted(path.stem for path in CLIPS.glob("*.webm"))


@cache
def load_clip(name: str) -> Clip:
    """The clip named `name`; raises `ClipUnusable`."""
    path = CLIPS / f"{name}.webm"
    if name not in clip_names():
        raise ClipUnusable(f"there is no clip named {name!r} in {CLIPS}")
    with av.open(str(path)) as container:
        if not container.streams.video or not container.streams.audio:
            raise ClipUnusable(f"{path.name} lacks picture or sound")
        video, audio = container.streams.video[0], container.streams.audio[0]
        if (video.codec.name, audio.codec.name) != ("vp8", "opus") or not video.average_rate:
            raise ClipUnusable(f"{path.name} is not VP8 with Opus")
        frames: list[bytes] = []
        packets: list[bytes] = []
        for packet in container.demux(video, audio):
            if packet.size:
                (frames if packet.stream is video else packets).append(bytes(packet))
        ticks = int(VP8_CLOCK_HZ / video.average_rate)
    wanted = len(frames) * ticks * OPUS_CLOCK_HZ // VP8_CLOCK_HZ // OPUS_FRAME_TICKS
    if not frames or frames[0][0] & 1 or len(packets) < wanted:
        raise ClipUnusable(f"{path.name} does not begin with a keyframe, or its sound is too short")
    return Clip(tuple(frames), tuple(packets[:wanted]), ticks)


class Playback:
    """Plays a clip in a loop on one clock, so that picture and sound stay together."""

    def __init__(self, clip: Clip, *, begin_s: float = 0.0) -> None:
        self._clip = clip
        self._began: float | None = None
        self._begin_s = begin_s
        self.camera = ClipTrack(
            self, "video", clip.frames, Fraction(1, VP8_CLOCK_HZ), clip.frame_ticks
        )
        self.microphone = ClipTrack(
            self, "audio", clip.packets, Fraction(1, OPUS_CLOCK_HZ), OPUS_FRAME_TICKS
        )

    def position_s(self) -> float:
        """Seconds on this playback's clock; it starts with the first call."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now - self._begin_s
        return now - self._began


class ClipTrack(MediaStreamTrack):
    """One track of a playback; gives encoded packets, which aiortc sends without encoding."""

    def __init__(
        self,
        playback: Playback,
        kind: Kind,
        units: tuple[bytes, ...],
        time_base: Fraction,
        ticks: int,
    ) -> None:
        super().__init__()
        self.kind = kind
        self._playback = playback
        self._units = units
        self._time_base = time_base
        self._ticks = ticks
        self._next: int | None = None
        self._open = asyncio.Event()
        self._open.set()

    def set_sending(self, is_sending: bool) -> None:
        """Closed, the track is silent; opened again it goes on where the clip is by then."""
        if is_sending:
            self._open.set()
        else:
            self._open.clear()

    async def recv(self) -> "Packet[Any]":
        """The next packet, at its time."""
        await self._open.wait()
        unit_s = float(self._ticks * self._time_base)
        position = self._playback.position_s()
        if self._next is None:
            self._next = round(position / unit_s)
        elif position - self._next * unit_s > MAX_LATE_S:
            self._next = self._entry_from(round(position / unit_s))
        index, self._next = self._next, self._next + 1
        await asyncio.sleep(index * unit_s - position)
        if self.readyState != "live":
            raise MediaStreamError
        packet = Packet(self._units[index % len(self._units)])
        packet.pts = index * self._ticks
        packet.time_base = self._time_base
        return packet

    def _entry_from(self, index: int) -> int:
        """Where a decoder that missed everything since its last packet can go on: nobody tells it of the hole."""
        if self.kind == "audio":
            return index
        # RFC 7741 §4.3: in a keyframe the P bit of the frame tag is 0. The first frame of a clip is one.
        return next(
            i for i in itertools.count(index) if not self._units[i % len(self._units)][0] & 1
        )
