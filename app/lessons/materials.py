"""What a caller may do with the slides and materials of a lesson."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.caller import Caller
from app.ids import LessonId
from app.lessons.access import may_lead, require_sight
from app.lessons.repository import LessonStore


@dataclass(frozen=True, slots=True)
class MaterialsAccess:
    may_manage: bool
    """Upload and delete; others look and download."""


def materials_access(
    store: LessonStore,
) -> Callable[[LessonId, Caller], Awaitable[MaterialsAccess]]:
    """Looks a lesson up for a caller; NotFound if it is none of theirs."""

    async def read(lesson_id: LessonId, caller: Caller) -> MaterialsAccess:
        scope = (await store.get(lesson_id)).scope
        require_sight(caller, scope)
        return MaterialsAccess(may_manage=may_lead(caller, scope))

    return read
