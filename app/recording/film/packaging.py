"""One encode, two packagings: an MP4 to keep and HLS to watch. Packets are copied, nothing is encoded again."""

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.stream import Stream

from app.recording.film.job import MP4, PLAYLIST, ComposeJob
from app.recording.film.pictures import FPS, PIECE_TICKS

SEGMENT_S = 6
"""Three keyframe intervals."""
_MP4_OPTIONS = {"movflags": "+faststart"}
_HLS_OPTIONS = {
    "hls_time": str(SEGMENT_S),
    "hls_playlist_type": "vod",
    "hls_segment_type": "fmp4",
    "hls_flags": "single_file+independent_segments",
}
_MILLISECOND = Fraction(1, 1000)
_TICK = Fraction(1, FPS)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A packet before it belongs to an output."""

    data: bytes
    pts: int
    duration: int
    time_base: Fraction
    is_keyframe: bool

    @property
    def starts_s(self) -> Fraction:
        return self.pts * self.time_base

    def packet(self, stream: Stream) -> "av.Packet[Any]":
        packet = av.Packet(self.data)
        packet.pts = packet.dts = self.pts
        packet.duration = self.duration
        packet.time_base = self.time_base
        packet.is_keyframe = self.is_keyframe
        packet.stream = stream
        return packet


def package(job: ComposeJob, pieces: Sequence[Path], sound: Path) -> None:
    """Write `film.mp4` and `hls/` into the job's folder."""
    folder = Path(job.folder)
    (folder / PLAYLIST).parent.mkdir(exist_ok=True)
    ticks = max(1, round(job.duration_ms * FPS / 1000))
    with (
        av.open(str(pieces[0])) as picture,
        av.open(str(sound)) as heard,
        av.open(str(folder / MP4), "w", format="mp4", container_options=_MP4_OPTIONS) as mp4,
        av.open(str(folder / PLAYLIST), "w", format="hls", container_options=_HLS_OPTIONS) as hls,
    ):
        mp4.metadata["title"] = job.title
        mp4.set_chapters(_chapters(job))
        templates = (picture.streams.video[0], heard.streams.audio[0])
        outputs = [(output, _streams(output, templates)) for output in (mp4, hls)]
        units = heapq.merge(
            ((unit, 0) for unit in _timed(_picture_units(pieces), ticks)),
            ((unit, 1) for unit in _sound_units(sound)),
            key=lambda pair: pair[0].starts_s,
        )
        for unit, number in units:
            for output, streams in outputs:
                output.mux_one(unit.packet(streams[number]))


def _streams(output: OutputContainer, templates: Sequence[Stream]) -> list[Stream]:
    return [output.add_stream_from_template(template) for template in templates]


def _picture_units(pieces: Sequence[Path]) -> Iterator[_Unit]:
    """In ticks of the film; their duration is not known yet."""
    for number, path in enumerate(pieces):
        with av.open(str(path)) as piece:
            for packet in piece.demux(video=0):
                if packet.pts is None or packet.time_base is None:
                    continue
                tick = number * PIECE_TICKS + round(packet.pts * packet.time_base * FPS)
                yield _Unit(bytes(packet), tick, 0, _TICK, packet.is_keyframe)


def _timed(units: Iterator[_Unit], end: int) -> Iterator[_Unit]:
    """Each picture lasts until the next: an unchanged one is encoded once."""
    for unit, following in itertools.pairwise(itertools.chain(units, [None])):
        assert unit is not None
        until = following.pts if following is not None else max(end, unit.pts + 1)
        yield _Unit(unit.data, unit.pts, until - unit.pts, unit.time_base, unit.is_keyframe)


def _sound_units(sound: Path) -> Iterator[_Unit]:
    with av.open(str(sound)) as container:
        for packet in container.demux(audio=0):
            if packet.pts is None or packet.time_base is None:
                continue
            duration = packet.duration or 0
            yield _Unit(bytes(packet), packet.pts, duration, packet.time_base, is_keyframe=True)


def _chapters(job: ComposeJob) -> list[Any]:
    """In the shape that PyAV takes."""
    ends = [chapter.at_ms for chapter in job.chapters[1:]] + [job.duration_ms]
    return [
        {
            "id": number,
            "start": chapter.at_ms,
            "end": max(end_ms, chapter.at_ms + 1),
            "time_base": _MILLISECOND,
            "metadata": {"title": chapter.title},
        }
        for number, (chapter, end_ms) in enumerate(zip(job.chapters, ends, strict=False))
    ]
