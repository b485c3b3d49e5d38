"""What a replay page is told: who, what and when of one recording, with an address for every track."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from app.db.models import RecordingTrack
from app.http import ApiModel, utc
from app.ids import LessonId, ParticipantId
from app.media.port import Kind, Source
from app.recording.manifest import ChapterKind
from app.recording.repository import ParticipantName, Recordings, RecordingSummary

RecordingStateName = Literal["recording", "finalizing", "available", "failed"]
AddressOf = Callable[[RecordingTrack], Awaitable[str]]
"""Where a player gets this track, with permission and expiry in the address itself."""


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


async def replay_body(
    recordings: Recordings,
    summary: RecordingSummary,
    address_of: AddressOf,
    excluded: frozenset[ParticipantId] = frozenset(),
) -> ReplayBody:
    """The whole replay; of an excluded participant it has no track, no name, no chapter and no place on stage."""
    manifest, every_track = await recordings.details(summary.recording_id)
    tracks = [track for track in every_track if track.participant_id not in excluded]
    chapters = [c for c in listed(manifest, "chapters") if c["participant_id"] not in excluded]
    shown = {track.participant_id for track in tracks}
    shown |= {c["participant_id"] for c in chapters if c["participant_id"]}
    names = await recordings.names(
        LessonId(summary.lesson_id), [ParticipantId(p) for p in sorted(shown)]
    )
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
        tracks=[_track(track, names, await address_of(track)) for track in tracks],
        stage=stage_without(listed(manifest, "stage"), excluded),
        chapters=[_chapter(chapter, names) for chapter in chapters],
        gaps=[GapBody(**gap) for gap in listed(manifest, "gaps")],
    )


def listed(manifest: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of the manifest; empty while there is no manifest yet."""
    return list(manifest.get(name, ()))


def stage_without(
    changes: Iterable[Mapping[str, Any]], excluded: frozenset[ParticipantId]
) -> list[StageBody]:
    """The stage without the excluded; what then is no change any more is left out."""
    stage: list[StageBody] = []
    for change in changes:
        on_stage = [one for one in change["on_stage"] if one not in excluded]
        if not stage or stage[-1].on_stage != on_stage:
            stage.append(StageBody(at_ms=change["at_ms"], on_stage=on_stage))
    return stage


def _chapter(
    chapter: dict[str, Any], names: Mapping[ParticipantId, ParticipantName]
) -> ChapterBody:
    who = chapter["participant_id"]
    return ChapterBody(**chapter, name=names[who].name if who else None)


def _track(
    track: RecordingTrack, names: Mapping[ParticipantId, ParticipantName], url: str
) -> TrackBody:
    source = Source(track.source)
    who = ParticipantId(track.participant_id)
    prefix = who.partition("_")[0]
    return TrackBody(
        track_id=track.track_id,
        participant_id=who,
        name=names[who].name,
        school=names[who].school,
        role=prefix if prefix in ("lead", "assistant", "observer") else "classroom",
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
