"""`/lessons/{id}/media-stats` and `/lessons/{id}/media-history`, for its lead and its admins."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from app.caller import Caller
from app.errors import Unavailable
from app.http import Authenticate, refusals
from app.ids import LessonId, ParticipantId
from app.media.port import EngineUnavailable, LinkSample, MediaEngine
from app.moments import utc
from app.telemetry.account import Usage
from app.telemetry.history import MediaHistory
from app.telemetry.schemas import (
    DataUsedBody,
    EngineStats,
    IncidentBody,
    MediaHistoryBody,
    MediaStatsBody,
    ParticipantHistory,
    SampleBody,
)

LessonPath = Annotated[LessonId, Path(alias="id", pattern=r"^\w{1,60}$")]
RequireLeadOrAdmin = Callable[[LessonId, Caller], Awaitable[None]]
EngineOf = Callable[[LessonId], tuple[int, MediaEngine] | None]
UsageOf = Callable[[LessonId], Awaitable[Mapping[ParticipantId, Usage]]]
MAX_MINUTES = 10
_MINUTE_MS = 60_000


class TelemetryDesk:
    """What the endpoints do, without HTTP."""

    def __init__(
        self,
        engine_of: EngineOf,
        usage_of: UsageOf,
        history: MediaHistory,
        now_ms: Callable[[], int],
    ) -> None:
        self._engine_of = engine_of
        self._usage_of = usage_of
        self._history = history
        self._now_ms = now_ms

    async def stats(self, lesson_id: LessonId) -> MediaStatsBody:
        """As of now. Unavailable `media_unavailable` while the engine restarts."""
        held = self._engine_of(lesson_id)
        measured = EngineStats()
        if held is not None:
            try:
                measured = EngineStats.model_validate(await held[1].stats(lesson_id))
            except EngineUnavailable as error:
                raise Unavailable(
                    "the media engine is restarting", code="media_unavailable"
                ) from error
        usage = await self._usage_of(lesson_id)
        return MediaStatsBody(
            lesson_id=lesson_id,
            at=utc(self._now_ms()),
            engine=None if held is None else held[0],
            participants=measured.participants,
            sinks=measured.sinks,
            data_used=[
                DataUsedBody(
                    participant_id=participant_id,
                    bytes_sent=used.bytes_sent,
                    bytes_received=used.bytes_received,
                )
                for participant_id, used in sorted(usage.items())
            ],
        )

    def history(self, lesson_id: LessonId, minutes: int) -> MediaHistoryBody:
        """The last minutes; empty lists if nothing happened in them, or the app was started meanwhile."""
        lesson = self._history.of(lesson_id)
        since_ms = self._now_ms() - minutes * _MINUTE_MS
        return MediaHistoryBody(
            lesson_id=lesson_id,
            participants=[
                ParticipantHistory(
                    participant_id=participant_id,
                    samples=[_sample(at_ms, sample) for at_ms, sample in ring.since(since_ms)],
                )
                for participant_id, ring in sorted(lesson.rings.items() if lesson else ())
            ],
            incidents=[
                IncidentBody(
                    at=utc(one.at_ms),
                    type=one.type,
                    participant_id=one.participant_id,
                    detail=one.detail,
                )
                for one in (lesson.incidents if lesson else ())
                if one.at_ms >= since_ms
            ],
        )


def _sample(at_ms: int, sample: LinkSample) -> SampleBody:
    return SampleBody(
        at=utc(at_ms),
        quality=sample.quality,
        loss_up=sample.loss_up,
        loss_down=sample.loss_down,
        round_trip_time=sample.rtt_ms / 1_000,
        bitrate_up_bps=sample.bitrate_up_bps,
        bitrate_down_bps=sample.bitrate_down_bps,
        is_paused=sample.is_paused,
    )


def build_router(
    desk: TelemetryDesk, require: RequireLeadOrAdmin, authenticate: Authenticate
) -> APIRouter:
    router = APIRouter(tags=["telemetry"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get(
        "/lessons/{id}/media-stats",
        operation_id="get_media_stats",
        responses=refusals(401, 403, 404, 503),
        summary="Every connection of the lesson, in the words of webrtc-stats",
    )
    async def get_media_stats(lesson_id: LessonPath, caller: CallerNow) -> MediaStatsBody:
        await require(lesson_id, caller)
        return await desk.stats(lesson_id)

    @router.get(
        "/lessons/{id}/media-history",
        operation_id="get_media_history",
        responses=refusals(401, 403, 404),
        summary="What went wrong: the last minutes of every link, and what happened",
    )
    async def get_media_history(
        lesson_id: LessonPath,
        caller: CallerNow,
        minutes: Annotated[int, Query(ge=1, le=MAX_MINUTES)] = MAX_MINUTES,
    ) -> MediaHistoryBody:
        await require(lesson_id, caller)
        return desk.history(lesson_id, minutes)

    return router
