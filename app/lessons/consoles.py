"""`/consoles`: the on-site teacher's phone comes in as console of its classroom, and is sent away again.

The ticket of the classroom's own page is the key, so that a PC which was paired with a code, without any account,
can let a phone in. A phone lets no other phone in.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Request

from app.accounts.console_codes import ConsoleCodes
from app.accounts.rate_limit import RateLimiter
from app.accounts.tokens import Ticket
from app.errors import NotAllowed
from app.http import client_ip, public_url, refusals
from app.ids import LessonId, ParticipantId, SeatId
from app.lessons.entry import EntryDesk, require_open
from app.lessons.lesson import LessonDetail
from app.lessons.repository import LessonStore
from app.lessons.schemas import CodeBody, PairingBody, TicketBody
from app.moments import utc
from app.rooms.state import Role

TicketHeader = Annotated[str, Header(alias="X-Tongtang-Ticket", max_length=2_000)]


RevokeConsoles = Callable[[LessonId, ParticipantId, int], Awaitable[None]]
"""Withdraw every console ticket of a place issued up to a moment, and close the sockets that hold one."""


class ConsoleDesk:
    """What the endpoints do, without routing."""

    def __init__(
        self,
        store: LessonStore,
        codes: ConsoleCodes,
        entry: EntryDesk,
        read_ticket: Callable[[str, int], Ticket],
        revoke: RevokeConsoles,
        *,
        per_address: RateLimiter,
        overall: RateLimiter,
        now_ms: Callable[[], int],
    ) -> None:
        """`per_address` and `overall` bound how often somebody may guess a code."""
        self._store = store
        self._codes = codes
        self._entry = entry
        self._read_ticket = read_ticket
        self._revoke = revoke
        self._per_address = per_address
        self._overall = overall
        self._now_ms = now_ms

    async def invite(self, token: str, request: Request) -> PairingBody:
        """A code for one phone. NotAuthenticated, NotAllowed, Conflict `lesson_ended`."""
        lesson, seat_id = await self._classroom(token)
        require_open(lesson)
        made = await self._codes.create(lesson.lesson_id, seat_id, self._now_ms())
        return PairingBody(
            code=made.code,
            url=public_url(request, f"/p/{made.code}"),
            expires_at=utc(made.expires_at_ms),
        )

    async def enter(self, typed: str, request: Request) -> TicketBody:
        """The ticket of a console. CodeUnknown, CodeExpired, RateLimited, Conflict `lesson_ended`."""
        address = client_ip(request)
        self._per_address.take(address)
        self._overall.take("")
        paired = await self._codes.redeem(typed, self._now_ms())
        self._per_address.give_back(address)
        self._overall.give_back("")
        lesson = await self._store.get(paired.lesson_id)
        return self._entry.seat_ticket(lesson, paired.seat_id, request, is_console=True)

    async def send_away(self, token: str) -> None:
        """Disconnect every phone of this classroom; open codes go with them."""
        lesson, seat_id = await self._classroom(token)
        await self._codes.forget(seat_id)
        await self._revoke(lesson.lesson_id, ParticipantId(seat_id), self._now_ms())

    async def _classroom(self, token: str) -> tuple[LessonDetail, SeatId]:
        ticket = self._read_ticket(token, self._now_ms())
        if ticket.role is not Role.CLASSROOM:
            raise NotAllowed("only a classroom has consoles")
        return await self._store.get(ticket.lesson_id), SeatId(ticket.participant_id)


def build_router(desk: ConsoleDesk) -> APIRouter:
    router = APIRouter(prefix="/consoles", tags=["entry"])

    @router.post("/codes", operation_id="invite_console", responses=refusals(401, 403, 409))
    async def invite(request: Request, ticket: TicketHeader) -> PairingBody:
        return await desk.invite(ticket, request)

    @router.post("", operation_id="enter_as_console", responses=refusals(404, 409, 410, 429))
    async def enter(body: CodeBody, request: Request) -> TicketBody:
        return await desk.enter(body.code, request)

    @router.delete(
        "", operation_id="send_consoles_away", status_code=204, responses=refusals(401, 403)
    )
    async def send_away(ticket: TicketHeader) -> None:
        await desk.send_away(ticket)

    return router
