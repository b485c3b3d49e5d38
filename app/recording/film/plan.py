"""From a recording's rows to what the compose process is told: who is in it, where, and when one hears them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.db.models import RecordingTrack
from app.ids import ParticipantId
from app.media.port import Source
from app.recording.cast import Cast, has_led
from app.recording.film.job import ComposeJob, FilmChapter, PictureTrack, SoundTrack
from app.recording.film.layout import SLIDES, Scene, TrackSpan, scenes
from app.recording.film.slides import film_slides
from app.recording.film.sound_spans import open_floor_spans, sound_spans
from app.recording.manifest import Chapter, StageChange
from app.recording.replay_body import chapters_of, listed, stage_of
from app.recording.repository import ParticipantName

POSTER_AFTER_MS = 5_000
"""Into the first scene with two large pictures: people have settled by then."""
_TITLES = {
    "started": "开始上课",
    "called_up": "{name} 上讲台",
    "sent_down": "{name} 回座",
    "floor_opened": "全体发言",
    "floor_closed": "结束全体发言",
    "sing_along_started": "跟唱",
    "sing_along_stopped": "结束跟唱",
    "handed_over": "{name} 主讲",
    "hand_raised": "{name} 举手",
    "resumed": "中断后恢复",
}
"""The chapters' names, as the replay page says them."""


@dataclass(frozen=True, slots=True)
class Footage:
    """Everything that a recording has, also of who is not in the film."""

    title: str
    manifest: Mapping[str, Any]
    tracks: Sequence[RecordingTrack]
    seats: Sequence[ParticipantId]
    """The lesson's, in the order in which small tiles stand."""
    names: Mapping[ParticipantId, ParticipantName]

    @property
    def duration_ms(self) -> int:
        return int(self.manifest["duration_ms"])

    def tracks_of(self, cast: Cast) -> list[RecordingTrack]:
        return [t for t in self.tracks if cast.includes(ParticipantId(t.participant_id))]


def compose_job(
    footage: Footage,
    cast: Cast,
    paths: Mapping[str, str],
    pages: Mapping[tuple[str, int], str] = MappingProxyType({}),
) -> ComposeJob:
    """The film of the cast: of anybody else no track, no tile, no name and no chapter is in the job.

    `paths`: track id -> file, for those who are in it. `pages`: the pictures of slides, as far as they are there.
    """
    shown = footage.tracks_of(cast)
    duration_ms = footage.duration_ms
    spans = [(paths[track.track_id], _span(track)) for track in shown]
    stage = [
        StageChange(
            one.at_ms,
            tuple(ParticipantId(who) for who in one.on_stage),
            one.is_sing_along,
            ParticipantId(one.spotlight) if one.spotlight else None,
        )
        for one in stage_of(cast, listed(footage.manifest, "stage"))
    ]
    chapters = [Chapter(**c) for c in chapters_of(cast, listed(footage.manifest, "chapters"))]
    slides = tuple(film_slides(footage.manifest, duration_ms, pages))
    planned = scenes(
        duration_ms,
        stage,
        [span for _, span in spans],
        _order(shown, footage.seats),
        [(slide.from_ms, slide.to_ms) for slide in slides],
    )
    floor = list(open_floor_spans(chapters, duration_ms))
    return ComposeJob(
        title=footage.title,
        duration_ms=duration_ms,
        scenes=planned,
        pictures=tuple(
            PictureTrack(s.participant_id, s.source.value, path, s.starts_ms, s.ends_ms)
            for path, s in spans
            if s.source is not Source.MICROPHONE
        ),
        sounds=tuple(
            SoundTrack(path, s.starts_ms, heard)
            for path, s in spans
            if s.source is Source.MICROPHONE
            and (heard := sound_spans(s, stage, floor, duration_ms))
        ),
        labels={
            who: _label(footage.names[who])
            for who in {tile.participant_id for scene in planned for tile in scene.tiles}
            if who != SLIDES
        },
        chapters=tuple(_titled(chapters, footage.names)),
        poster_ms=_poster_ms(planned, duration_ms),
        slides=slides,
    )


def _span(track: RecordingTrack) -> TrackSpan:
    return TrackSpan(
        ParticipantId(track.participant_id),
        Source(track.source),
        track.starts_ms,
        track.starts_ms + track.duration_ms,
    )


def _order(tracks: Iterable[RecordingTrack], seats: Sequence[ParticipantId]) -> list[ParticipantId]:
    """Leads, then the seats, as far as there is anything of them."""
    found = {ParticipantId(track.participant_id) for track in tracks}
    return sorted(filter(has_led, found)) + [seat for seat in seats if seat in found]


def _label(name: ParticipantName) -> str:
    return f"{name.name} · {name.school}" if name.school else name.name


def _titled(
    chapters: Sequence[Chapter], names: Mapping[ParticipantId, ParticipantName]
) -> Iterator[FilmChapter]:
    """Chapters of a file begin at 0, each later than the one before."""
    last_ms = -1
    for chapter in chapters:
        name = names[chapter.participant_id].name if chapter.participant_id else ""
        title = _TITLES[chapter.kind].format(name=name)
        at_ms = max(0, chapter.at_ms) if last_ms >= 0 else 0
        if at_ms > last_ms:
            yield FilmChapter(at_ms, title)
            last_ms = at_ms


def _poster_ms(planned: Sequence[Scene], duration_ms: int) -> int:
    """Where lead and classroom are seen side by side; else somewhere in the first third."""
    for scene in planned:
        large = [tile for tile in scene.tiles if tile.rect.width >= 600]
        if len(large) >= 2:
            return min(scene.from_ms + POSTER_AFTER_MS, (scene.from_ms + scene.to_ms) // 2)
    return duration_ms // 3
