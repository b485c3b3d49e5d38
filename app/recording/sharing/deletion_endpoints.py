"""Deleting a recording by hand, and the list of everything that was deleted. For admins."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select, tuple_

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.cursors import cursor_of, parse_cursor
from app.db.engine import Database
from app.db.models import Deletion, Lesson, User
from app.db.scope import lessons_of
from app.errors import Conflict, NotAllowed
from app.http import Authenticate, refusals
from app.ids import RecordingId
from app.moments import utc
from app.recording.repository import Recordings
from app.recording.sharing.library_endpoints import managed, may_delete
from app.recording.sharing.retention import BY_HAND, Retention

MAX_LISTED = 100
Reason = Literal["by_hand", "classroom_tracks_expired", "recording_expired", "clip_ended"]


class DeletionItem(ApiModel):
    deletion_id: str
    at: datetime
    reason: Reason
    deleted_by: str | None
    """None: a rule did it."""
    recording_id: str
    title: str
    """Of the lesson."""
    lesson_at: datetime
    object_count: int
    size_bytes: int


class DeletionPage(ApiModel):
    items: list[DeletionItem]
    next: str | None
    """Cursor of what follows; None at the end."""


def build_router(
    database: Database,
    recordings: Recordings,
    retention: Retention,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    router = APIRouter(tags=["library"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.delete(
        "/recordings/{recording_id}",
        operation_id="delete_recording",
        status_code=204,
        responses=refusals(401, 403, 404, 409),
    )
    async def delete_recording(caller: CallerNow, recording_id: str) -> None:
        summary = await managed(recordings, caller, RecordingId(recording_id))
        if not summary.is_administered:
            raise NotAllowed("only an admin may delete a recording")
        if not may_delete(summary):
            raise Conflict("wait until it is finished", code="recording_not_available")
        await retention.delete_recording(summary.recording_id, BY_HAND, caller.user_id, now_ms())

    @router.get("/deletions", operation_id="list_deletions", responses=refusals(401, 403))
    async def list_deletions(
        caller: CallerNow,
        limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = 20,
        after: Annotated[str | None, Query(max_length=60)] = None,
    ) -> DeletionPage:
        """The newest first."""
        scope = caller.require_scope(*ADMINS)
        statement = (
            select(Deletion, Lesson.title, Lesson.starts_at_ms, User.name)
            .join(Lesson, Lesson.lesson_id == Deletion.lesson_id)
            .outerjoin(User, User.user_id == Deletion.user_id)
            .where(lessons_of(scope))
            .order_by(Deletion.at_ms.desc(), Deletion.deletion_id.desc())
            .limit(limit + 1)
        )
        if after is not None:
            place = tuple_(Deletion.at_ms, Deletion.deletion_id)
            statement = statement.where(place < parse_cursor(after))
        async with database.reading() as session:
            found = (await session.execute(statement)).all()
        last = found[limit - 1][0] if len(found) > limit else None
        return DeletionPage(
            items=[_item(*row) for row in found[:limit]],
            next=None if last is None else cursor_of(last.at_ms, last.deletion_id),
        )

    return router


def _item(
    deletion: Deletion, title: str, lesson_at_ms: int, deleted_by: str | None
) -> DeletionItem:
    return DeletionItem(
        deletion_id=deletion.deletion_id,
        at=utc(deletion.at_ms),
        reason=deletion.reason,
        deleted_by=deleted_by,
        recording_id=deletion.recording_id,
        title=title,
        lesson_at=utc(lesson_at_ms),
        object_count=len(deletion.object_keys),
        size_bytes=deletion.size_bytes,
    )
