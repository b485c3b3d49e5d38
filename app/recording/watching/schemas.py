"""What the replay page is told and tells about captions, thumbnails and progress."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from app.api_model import ApiModel
from app.recording.watching.repository import Captions
from app.recording.watching.thumbnail_job import COLUMNS, ROWS, TILE_HEIGHT, TILE_WIDTH
from app.recording.watching.webvtt import MAX_CUES, Cue

MAX_MS = 86_400_000
MAX_INTERVALS = 100
Moment = Annotated[int, Field(ge=0, le=MAX_MS)]
"""Milliseconds on the lesson's time line."""


class CueBody(ApiModel):
    starts_ms: Moment
    ends_ms: Moment
    text: Annotated[str, Field(max_length=2_000)]


class CaptionsBody(ApiModel):
    revision: int
    """To be sent back with a change; 0 before the first."""
    cues: list[CueBody]


class CaptionsDraft(ApiModel):
    revision: Annotated[int, Field(ge=0, le=2**31 - 2)]
    """The revision that was changed."""
    cues: Annotated[list[CueBody], Field(max_length=MAX_CUES)]


class ThumbnailsBody(ApiModel):
    """A picture for each step of the recording: row by row, `columns` x `rows` on a sheet."""

    step_ms: int
    count: int
    columns: int = COLUMNS
    rows: int = ROWS
    width: int = TILE_WIDTH
    height: int = TILE_HEIGHT
    sheets: list[str]
    """Addresses, with permission and expiry in them."""


class IntervalBody(ApiModel):
    from_ms: Moment
    to_ms: Moment


class WatchReport(ApiModel):
    position_ms: Moment
    """Where the viewer is now."""
    watched: Annotated[list[IntervalBody], Field(max_length=MAX_INTERVALS)]
    """What was played since the last report."""


class WatchedBody(ApiModel):
    watched_s: int
    """Different seconds of the recording that this viewer has watched so far."""


@dataclass(frozen=True, slots=True)
class ReplayExtras:
    """What the replay of one viewer has besides the lesson itself."""

    thumbnails: ThumbnailsBody | None
    captions: CaptionsBody
    may_edit_captions: bool
    resume_ms: int | None
    """Where this viewer stopped last time."""


def captions_body(captions: Captions | None) -> CaptionsBody:
    if captions is None:
        return CaptionsBody(revision=0, cues=[])
    return CaptionsBody(
        revision=captions.revision,
        cues=[
            CueBody(starts_ms=cue.starts_ms, ends_ms=cue.ends_ms, text=cue.text)
            for cue in captions.cues
        ],
    )


def extras_of_strangers(captions: Captions | None) -> ReplayExtras:
    """What somebody with a share link gets: nothing whose address would outlive the link."""
    return ReplayExtras(None, captions_body(captions), may_edit_captions=False, resume_ms=None)


def cue_of(body: CueBody) -> Cue:
    return Cue(body.starts_ms, body.ends_ms, body.text)
