"""What goes into the compose process and what comes out. Loads no media library: the app imports this."""

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import TypeAdapter

from app.ids import ParticipantId
from app.recording.film.layout import Scene
from app.recording.film.sound_spans import Span


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """A camera or a screen."""

    participant_id: ParticipantId
    source: str
    path: str
    starts_ms: int
    """On the lesson's time line, which is the film's; may lie before 0."""
    ends_ms: int


@dataclass(frozen=True, slots=True)
class SoundTrack:
    path: str
    starts_ms: int
    spans: tuple[Span, ...]
    """When it is heard; in order, without overlaps."""


@dataclass(frozen=True, slots=True)
class FilmStroke:
    """A line on a slide while it was there; `points` as in the manifest."""

    color: str
    points: str
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class FilmSlide:
    """One page, as long as it was shown without a break."""

    path: str
    """Its picture (WebP)."""
    from_ms: int
    to_ms: int
    strokes: tuple[FilmStroke, ...] = ()


@dataclass(frozen=True, slots=True)
class FilmChapter:
    at_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class ComposeJob:
    """One film. Everything in it is already decided; the process only draws, mixes and encodes.

    Of two jobs that are equal, one goes on with what the other has finished in `folder`.
    """

    title: str
    duration_ms: int
    scenes: tuple[Scene, ...]
    pictures: tuple[PictureTrack, ...]
    sounds: tuple[SoundTrack, ...]
    labels: dict[ParticipantId, str]
    """The names under the tiles; without a font for their script they are left out."""
    chapters: tuple[FilmChapter, ...]
    poster_ms: int
    slides: tuple[FilmSlide, ...] = ()
    folder: str = ""
    """Where the files go."""
    font: str = ""
    """A font file; empty: whichever is found on this machine."""


@dataclass(frozen=True, slots=True)
class FilmFile:
    name: str
    """Below the film's folder, with `/`."""
    mime: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ComposeLine:
    """One line of what the process says: how far it is, and at the end the files."""

    done: float
    """0 to 1."""
    files: tuple[FilmFile, ...] = ()


JOB = TypeAdapter(ComposeJob)
LINE = TypeAdapter(ComposeLine)

FileName = Literal["film.mp4", "poster.jpg", "hls/film.m3u8", "hls/film.m4s"]
MP4: Final = "film.mp4"
POSTER: Final = "poster.jpg"
PLAYLIST: Final = "hls/film.m3u8"
FRAGMENTS: Final = "hls/film.m4s"
"""One file for all segments, which the playlist addresses by byte ranges: one object, one signed address."""
