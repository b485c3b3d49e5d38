"""`/classroom/devices`: a classroom's PC tells whether its camera and microphone are there, and what is wrong."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from sqlalchemy import update

from app.accounts.pc_identity import PcAuthenticator
from app.accounts.pcs import Pc
from app.accounts.rate_limit import RateLimiter
from app.api_model import ApiModel
from app.db.engine import Database
from app.db.models import ClassroomPc
from app.http import refusals

DeviceState = Literal["ok", "found", "missing", "denied", "in_use", "failed", "insecure"]
"""`ok`: it was opened; `found`: it is plugged in, and nobody opened it since; the rest is why there is none."""
TOLD, TOLD_WINDOW_S = 30, 300.0
"""Of one PC."""


class DevicesBody(ApiModel):
    camera: DeviceState
    microphone: DeviceState


def known_after(known: str | None, told: DeviceState) -> DeviceState | str:
    """What counts after this was told. That a device is plugged in says nothing new of one that was opened, or
    could not be: that is known until it is tried again."""
    was_tried = known is not None and known not in ("found", "missing", "insecure")
    return known if told == "found" and was_tried and known is not None else told


class DeviceDesk:
    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms
        self._told = RateLimiter(TOLD, TOLD_WINDOW_S)

    async def keep(self, pc: Pc, told: DevicesBody) -> None:
        """RateLimited."""
        self._told.take(pc.pc_id)
        async with self._database.transaction() as session:
            row = await session.get_one(ClassroomPc, pc.pc_id)
            await session.execute(
                update(ClassroomPc)
                .where(ClassroomPc.pc_id == pc.pc_id)
                .values(
                    camera=known_after(row.camera, told.camera),
                    microphone=known_after(row.microphone, told.microphone),
                    devices_told_at_ms=self._now_ms(),
                )
            )


def build_router(desk: DeviceDesk, authenticate: PcAuthenticator) -> APIRouter:
    router = APIRouter(prefix="/classroom", tags=["classroom PC"])
    PcNow = Annotated[Pc, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.post(
        "/devices",
        operation_id="tell_devices",
        status_code=204,
        responses=refusals(401, 403, 429),
        summary="What a classroom's PC finds of its camera and microphone",
    )
    async def tell_devices(told: DevicesBody, pc: PcNow) -> None:
        await desk.keep(pc, told)

    return router
