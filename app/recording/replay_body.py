"""What a replay page is told: who, what and when of one recording, with an address for every track."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from app.api_model import ApiModel
from app.db.models import ClipTrack, RecordingTrack
from app.ids import LessonId, ParticipantId
from app.media.port import Kind, Source
from app.moments import utc
from app.recording.address import AddressOf
from app.recording.cast import EVERYBODY, Cast, has_led
from app.recording.manifest import ChapterKind
from app.recording.repository import ParticipantName, Recordings, RecordingSummary
from app.recording.slides import PagePictures, SlidesBody, slides_body
from app.recording.viewer import Viewer
from app.recording.watching.schemas import CaptionsBody, ReplayExtras, ThumbnailsBody

RecordingStateName = Literal["recording", "finalizing", "available", "failed"]


ReplayTrack = RecordingTrack | ClipTrack
ExtrasOf = Callable[[RecordingSummary, Viewer], Awaitable[ReplayExtras]]
"""What a replay has besides the lesson for this viewer."""


class TrackBody(ApiModel):
    track_id: str
    participant_id: str
    name: str
    school: str
    role: str
    source: Source
    kind: Kind
    codec: str
    starts_ms: int
    duration_ms: int
    width: int
    height: int
    url: str
    mime: str


class StageBody(ApiModel):
    at_ms: int
    on_stage: list[str]
    is_sing_along: bool = False
    """Nobody heard the classrooms on stage."""
    spotlight: str | None = None
    """Whom every screen showed large."""


class ChapterBody(ApiModel):
    at_ms: int
    kind: ChapterKind
    participant_id: str | None
    name: str | None


class GapBody(ApiModel):
    from_ms: int
    to_ms: int
    reason: str


class ReplayBody(ApiModel):
    recording_id: str
    lesson_id: str
    title: str
    subject: str
    teacher: str
    started_at: datetime
    duration_ms: int
    state: RecordingStateName
    failure: str | None
    tracks: list[TrackBody]
    stage: list[StageBody]
    chapters: list[ChapterBody]
    gaps: list[GapBody]
    slides: SlidesBody
    may_share: bool
    """The caller may publish it and make links to it."""
    thumbnails: ThumbnailsBody | None
    """None until they are made."""
    captions: CaptionsBody
    may_edit_captions: bool
    resume_ms: int | None
    """Where this viewer stopped last time."""


async def replay_body(
    recordings: Recordings,
    pictures: PagePictures,
    summary: RecordingSummary,
    address_of: AddressOf,
    cast: Cast = EVERYBODY,
    *,
    extras: ReplayExtras,
    may_share: bool = False,
) -> ReplayBody:
    """The replay; of who is not in the cast it has no track, no name, no chapter and no place on stage."""
    manifest, tracks = await recordings.details(summary.recording_id)
    return await body_of(
        recordings,
        pictures,
        summary,
        manifest,
        tracks,
        address_of,
        cast,
        extras=extras,
        may_share=may_share,
    )


async def body_of(
    recordings: Recordings,
    pictures: PagePictures,
    summary: RecordingSummary,
    manifest: Mapping[str, Any],
    every_track: Sequence[ReplayTrack],
    address_of: AddressOf,
    cast: Cast,
    *,
    extras: ReplayExtras,
    may_share: bool = False,
) -> ReplayBody:
    """The same of a manifest and tracks at hand."""
    tracks = [t for t in every_track if cast.includes(ParticipantId(t.participant_id))]
    chapters = chapters_of(cast, listed(manifest, "chapters"))
    shown = {track.participant_id for track in tracks}
    shown |= {c["participant_id"] for c in chapters if c["participant_id"]}
    names = await recordings.names({ParticipantId(p) for p in shown})
    return ReplayBody(
        recording_id=summary.recording_id,
        lesson_id=summary.lesson_id,
        title=summary.title,
        subject=summary.subject,
        teacher=summary.teacher,
        started_at=utc(summary.started_at_ms),
        duration_ms=summary.duration_ms,
        state=summary.state.value,
        failure=summary.failure,
        tracks=[
            _track(track, names, await address_of(track.track_id, track.object_key))
            for track in tracks
        ],
        stage=stage_of(cast, listed(manifest, "stage")),
        chapters=[_chapter(chapter, names) for chapter in chapters],
        gaps=[GapBody(**gap) for gap in listed(manifest, "gaps")],
        slides=await slides_body(pictures, LessonId(summary.lesson_id), manifest, address_of),
        may_share=may_share,
        thumbnails=extras.thumbnails,
        captions=extras.captions,
        may_edit_captions=extras.may_edit_captions,
        resume_ms=extras.resume_ms,
    )


def listed(manifest: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of the manifest; empty while there is no manifest yet."""
    return list(manifest.get(name, ()))


def stage_of(cast: Cast, changes: Iterable[Mapping[str, Any]]) -> list[StageBody]:
    """The stage as far as it is the cast's; what then is no change any more is left out."""
    stage: list[StageBody] = []
    for change in changes:
        spotlight = change.get("spotlight")
        now = StageBody(
            at_ms=change["at_ms"],
            on_stage=[one for one in change["on_stage"] if cast.includes(one)],
            # A recording of before there was such a thing does not say.
            is_sing_along=change.get("is_sing_along", False),
            spotlight=spotlight if spotlight and cast.includes(spotlight) else None,
        )
        if not stage or stage[-1].model_copy(update={"at_ms": now.at_ms}) != now:
            stage.append(now)
    return stage


def chapters_of(cast: Cast, chapters: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The chapters that are about nobody, or about the cast."""
    return [c for c in chapters if not c["participant_id"] or cast.includes(c["participant_id"])]


def _chapter(
    chapter: dict[str, Any], names: Mapping[ParticipantId, ParticipantName]
) -> ChapterBody:
    who = chapter["participant_id"]
    return ChapterBody(**chapter, name=names[who].name if who else None)


def _track(
    track: ReplayTrack, names: Mapping[ParticipantId, ParticipantName], url: str
) -> TrackBody:
    source = Source(track.source)
    who = ParticipantId(track.participant_id)
    return TrackBody(
        track_id=track.track_id,
        participant_id=who,
        name=names[who].name,
        school=names[who].school,
        role="lead" if has_led(who) else "observer" if who.startswith("observer_") else "classroom",
        source=source,
        kind=source.kind,
        codec=track.codec,
        starts_ms=track.starts_ms,
        duration_ms=track.duration_ms,
        width=track.width,
        height=track.height,
        url=url,
        mime=track.mime,
    )
