"""`/healthz`: this process answers. `/readyz`: a lesson can be taught, part by part."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.api_model import ApiModel

PartCheck = Callable[[], Awaitable[bool]]


class Health(ApiModel):
    ok: bool


class Readiness(ApiModel):
    ready: bool
    parts: dict[str, bool]


def build_router(parts: Mapping[str, PartCheck]) -> APIRouter:
    """`parts`: a name for each thing a lesson needs, and whether it is there now. No check may raise."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", operation_id="get_health")
    async def get_health() -> Health:
        return Health(ok=True)

    @router.get("/readyz", operation_id="get_readiness", responses={503: {"model": Readiness}})
    async def get_readiness() -> JSONResponse:
        found = {name: await is_there() for name, is_there in parts.items()}
        body = Readiness(ready=all(found.values()), parts=found)
        return JSONResponse(body.model_dump(), 200 if body.ready else 503)

    return router
