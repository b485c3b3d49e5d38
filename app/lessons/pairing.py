"""`/pairing`: what a code that somebody types leads to; codes for one seat of one lesson."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.identity import refuse_cross_origin
from app.accounts.pairing import PairedClassroom, PairedSeat, PairingCodes
from app.accounts.pc_identity import set_pc_cookie
from app.accounts.pcs import ClassroomPcs, PcRemoved
from app.accounts.rate_limit import RateLimiter
from app.caller import Caller
from app.db.engine import Database
from app.http import Authenticate, client_ip, public_url, refusals, user_agent
from app.ids import LessonId, SeatId
from app.lessons.access import require_seat
from app.lessons.entry import EntryDesk, require_open
from app.lessons.repository import LessonStore
from app.lessons.schemas import (
    CodeBody,
    LessonPath,
    PairedBody,
    PairingBody,
    SeatPath,
    TicketBody,
    classroom_name,
)
from app.moments import utc


class PairingDesk:
    """What the endpoints do, without routing."""

    def __init__(
        self,
        database: Database,
        store: LessonStore,
        entry: EntryDesk,
        pc_removed: PcRemoved,
        *,
        per_address: RateLimiter,
        overall: RateLimiter,
        now_ms: Callable[[], int],
    ) -> None:
        """`per_address` and `overall` bound how often somebody may guess a code."""
        self._database = database
        self._store = store
        self._entry = entry
        self._pc_removed = pc_removed
        self._codes = PairingCodes(database)
        self._pcs = ClassroomPcs(database)
        self._per_address = per_address
        self._overall = overall
        self._now_ms = now_ms

    async def seat_code(
        self, lesson_id: LessonId, seat_id: SeatId, caller: Caller, request: Request
    ) -> PairingBody:
        lesson = await self._store.get(lesson_id)
        require_seat(caller, lesson.scope, seat_id)
        require_open(lesson)
        made = await self._codes.create(lesson_id, seat_id, caller.user_id, self._now_ms())
        return PairingBody(
            code=made.code,
            url=public_url(request, f"/c/{made.code}"),
            expires_at=utc(made.expires_at_ms),
        )

    async def redeem(self, typed: str, request: Request, response: Response) -> PairedBody:
        """Where a code leads; a classroom's own PC gets its cookie. CodeUnknown, CodeExpired, TooManyPcs."""
        address = client_ip(request)
        self._per_address.take(address)
        self._overall.take("")
        now_ms = self._now_ms()
        async with self._database.transaction() as session:
            paired = await self._codes.redeem(session, typed, now_ms)
            if isinstance(paired, PairedClassroom):
                browser = user_agent(request)
                new = await self._pcs.add(session, paired, browser, now_ms)
                set_pc_cookie(request, response, new.secret)
                body = PairedBody(classroom=classroom_name(new.pc))
            else:
                body = PairedBody(ticket=await self._seat(paired, request))
        self._per_address.give_back(address)
        self._overall.give_back("")
        if isinstance(paired, PairedClassroom) and paired.made is not None:
            await self._pc_removed(paired.made)
        return body

    async def _seat(self, paired: PairedSeat, request: Request) -> TicketBody:
        lesson = await self._store.get(paired.lesson_id)
        return self._entry.seat_ticket(lesson, paired.seat_id, request)


def build_router(desk: PairingDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["entry"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.post(
        "/lessons/{id}/seats/{seat_id}/pairing",
        operation_id="create_pairing",
        responses=refusals(401, 403, 404, 409),
    )
    async def create_pairing(
        lesson_id: LessonPath, seat_id: SeatPath, caller: CallerNow, request: Request
    ) -> PairingBody:
        return await desk.seat_code(lesson_id, seat_id, caller, request)

    @router.post("/pairing", operation_id="pair", responses=refusals(403, 404, 409, 410, 429))
    async def pair(body: CodeBody, request: Request, response: Response) -> PairedBody:
        refuse_cross_origin(request)
        return await desk.redeem(body.code, request, response)

    return router
