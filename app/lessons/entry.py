"""Ways into a lesson: tickets, and the places of simulated participants."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Header, Request

from app.caller import Caller
from app.errors import Conflict, NotAllowed, NotFound
from app.http import Authenticate, is_from_this_machine, refusals, signal_url
from app.ids import ClassroomId, LessonId, ParticipantId, PcId, SeatId, UserId
from app.lessons.access import require_host, require_role, require_seat
from app.lessons.lesson import LessonDetail
from app.lessons.repository import LessonStore
from app.lessons.schemas import (
    LessonPath,
    ParticipantPath,
    Place,
    SimulatedSeat,
    TicketBody,
)
from app.moments import utc
from app.rooms.state import Role

CLIPS = ("classroom-a", "classroom-b")
"""Bundled clips; the simulated seats of a lesson take them in turn."""
LEAD_CLIP = "teacher"


class IssuedTicket(Protocol):
    @property
    def expires_at_ms(self) -> int: ...


class TicketIssuer(Protocol):
    def issue_ticket(
        self,
        *,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        role: Role,
        user_id: UserId | None,
        classroom_id: ClassroomId | None,
        now_ms: int,
        expires_at_ms: int,
        pc_id: PcId | None,
        is_console: bool = False,
    ) -> tuple[str, IssuedTicket]: ...


RevokeTickets = Callable[[LessonId, ParticipantId, int], Awaitable[None]]
"""Withdraw every ticket of a place issued up to a moment."""


class EntryDesk:
    """What the endpoints do, without routing."""

    def __init__(
        self,
        store: LessonStore,
        tickets: TicketIssuer,
        revoke_tickets: RevokeTickets,
        *,
        now_ms: Callable[[], int],
        ticket_grace_ms: int,
    ) -> None:
        self._store = store
        self._tickets = tickets
        self._revoke_tickets = revoke_tickets
        self._now_ms = now_ms
        self._ticket_grace_ms = ticket_grace_ms

    async def ticket(
        self, lesson_id: LessonId, place: Place, caller: Caller, request: Request
    ) -> TicketBody:
        lesson = await self._store.get(lesson_id)
        if place.seat_id is not None:
            seat_id = SeatId(place.seat_id)
            require_seat(caller, lesson.scope, seat_id)
            return self.seat_ticket(lesson, seat_id, request)
        role = Role(place.role or "")
        require_role(caller, lesson.scope, role)
        participant_id = ParticipantId(f"{role}_{caller.user_id}")
        ticket = self._ticket(lesson, participant_id, role, caller.user_id, None, request)
        return ticket.model_copy(update={"is_guest": caller.is_guest})

    async def revoke(self, lesson_id: LessonId, participant_id: str, caller: Caller) -> None:
        lesson = await self._store.get(lesson_id)
        require_host(caller, lesson.scope)
        await self._revoke_tickets(lesson_id, ParticipantId(participant_id), self._now_ms())

    async def simulated_seats(self, request: Request) -> list[SimulatedSeat]:
        """Who is simulated now: the simulated classrooms, and in a sample lesson the lead too."""
        found = []
        for lesson in await self._store.with_simulated_classrooms():
            simulated = [seat for seat in lesson.seats if seat.is_simulated]
            for index, seat in enumerate(simulated):
                ticket = self.seat_ticket(lesson, seat.seat_id, request)
                clip = CLIPS[index % len(CLIPS)]
                found.append(_simulated(ticket, seat.seat_id, seat.classroom_name, clip))
            if lesson.is_sample:
                user_id = lesson.lead_user_id
                lead_id = ParticipantId(f"{Role.LEAD}_{user_id}")
                ticket = self._ticket(lesson, lead_id, Role.LEAD, user_id, None, request)
                found.append(_simulated(ticket, None, lesson.lead_name, LEAD_CLIP))
        return found

    def seat_ticket(
        self,
        lesson: LessonDetail,
        seat_id: SeatId,
        request: Request,
        pc_id: PcId | None = None,
        *,
        is_console: bool = False,
    ) -> TicketBody:
        """Let a device or a console into a seat; `pc_id` if it is a classroom's own PC. Conflict `lesson_ended`."""
        seat = lesson.seat(seat_id)
        return self._ticket(
            lesson,
            ParticipantId(seat_id),
            Role.CLASSROOM,
            None,
            seat.classroom_id,
            request,
            pc_id,
            is_console=is_console,
        )

    def _ticket(
        self,
        lesson: LessonDetail,
        participant_id: ParticipantId,
        role: Role,
        user_id: UserId | None,
        classroom_id: ClassroomId | None,
        request: Request,
        pc_id: PcId | None = None,
        *,
        is_console: bool = False,
    ) -> TicketBody:
        require_open(lesson)
        now_ms = self._now_ms()
        token, ticket = self._tickets.issue_ticket(
            lesson_id=lesson.lesson_id,
            participant_id=participant_id,
            role=role,
            user_id=user_id,
            classroom_id=classroom_id,
            now_ms=now_ms,
            expires_at_ms=lesson.tickets_end_ms(now_ms, self._ticket_grace_ms),
            pc_id=pc_id,
            is_console=is_console,
        )
        return TicketBody(
            token=token,
            signal_url=signal_url(request),
            lesson_id=lesson.lesson_id,
            participant_id=participant_id,
            role=role.value,
            expires_at=utc(ticket.expires_at_ms),
            expires_in_s=(ticket.expires_at_ms - now_ms) // 1000,
        )


def _simulated(ticket: TicketBody, seat_id: SeatId | None, name: str, clip: str) -> SimulatedSeat:
    return SimulatedSeat(
        lesson_id=ticket.lesson_id,
        participant_id=ticket.participant_id,
        role="lead" if seat_id is None else "classroom",
        seat_id=seat_id,
        name=name,
        token=ticket.token,
        signal_url=ticket.signal_url,
        clip=clip,
    )


def require_open(lesson: LessonDetail) -> None:
    """Conflict `lesson_ended`."""
    if lesson.state == "ended":
        raise Conflict("the lesson is over", code="lesson_ended")


def _is_one_of_our_processes(request: Request, secret: str, given: str) -> bool:
    is_right = bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
    return is_right and is_from_this_machine(request)


def build_router(desk: EntryDesk, authenticate: Authenticate, internal_secret: str) -> APIRouter:
    router = APIRouter(tags=["entry"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.post(
        "/lessons/{id}/tickets",
        operation_id="create_ticket",
        responses=refusals(401, 403, 404, 409),
    )
    async def create_ticket(
        lesson_id: LessonPath, place: Place, caller: CallerNow, request: Request
    ) -> TicketBody:
        return await desk.ticket(lesson_id, place, caller, request)

    @router.delete(
        "/lessons/{id}/tickets/{participant_id}",
        operation_id="revoke_tickets",
        status_code=204,
        responses=refusals(401, 403, 404),
        summary="Withdraw every ticket of this place issued so far",
    )
    async def revoke_tickets(
        lesson_id: LessonPath, participant_id: ParticipantPath, caller: CallerNow
    ) -> None:
        await desk.revoke(lesson_id, participant_id, caller)

    @router.post(
        "/internal/simulated-seats", operation_id="list_simulated_seats", include_in_schema=False
    )
    async def list_simulated_seats(
        request: Request, x_tongtang_internal: Annotated[str, Header()] = ""
    ) -> list[SimulatedSeat]:
        if not internal_secret:
            raise NotFound("there is nothing here")
        if not _is_one_of_our_processes(request, internal_secret, x_tongtang_internal):
            raise NotAllowed("this is for the server's own processes")
        return await desk.simulated_seats(request)

    return router
