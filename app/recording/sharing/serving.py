"""The bytes of published media, as long as it is published."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from app.errors import AppError, Gone
from app.storage.object_response import MayGoOn, object_response
from app.storage.port import Storage
from app.storage.served_object import ServedObject


async def published_response(
    storage: Storage,
    find: Callable[[], Awaitable[ServedObject | None]],
    range_header: str | None,
    request: Request,
) -> Response:
    """What `find` finds; Gone `not_published` if that is nothing. When it becomes nothing, the answer breaks off."""
    served = await find()
    if served is None:
        raise Gone("this is not published any more", code="not_published")
    return await object_response(
        storage,
        served,
        range_header,
        is_head=request.method == "HEAD",
        may_go_on=goes_on(find),
    )


def goes_on(find: Callable[[], Awaitable[ServedObject | None]]) -> MayGoOn:
    """Whether `find` still finds it; a refusal in the midst of an answer is a no."""

    async def is_still_there() -> bool:
        try:
            return await find() is not None
        except AppError:
            return False

    return is_still_there
