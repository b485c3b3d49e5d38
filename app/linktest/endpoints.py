"""`/link-tests`: a test's connections, and its result. The ticket of a place is the key, so paired PCs may test too."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request
from pydantic import Field
from sqlalchemy import delete, select

from app.accounts.rate_limit import RateLimiter
from app.accounts.tokens import Ticket
from app.api_model import ApiModel
from app.db.engine import Database
from app.db.models import LinkTest
from app.errors import InvalidInput, Unavailable
from app.http import TICKET_HEADER, client_ip, refusals
from app.ids import LessonId, ParticipantId, new_id
from app.media.port import ClientNetwork, EngineUnavailable, NegotiationFailed, Negotiator

KEPT = 20
"""Tests of one classroom."""
PROBES_PER_PLACE = 30
PROBES_WINDOW_S = 300.0
MAX_SDP = 20_000

Path = Literal["udp", "tcp", "relay", "none"]
TicketHeader = Annotated[str, Header(alias=TICKET_HEADER, max_length=2_000)]
NetworkOf = Callable[[Request, str], ClientNetwork]
IceServersOf = Callable[[ParticipantId], Sequence[Mapping[str, str]]]


class ProbeAsked(ApiModel):
    sdp: str = Field(max_length=MAX_SDP)


class ProbeAnswered(ApiModel):
    sdp: str
    ice_servers: list[dict[str, str]]


class LinkTestResult(ApiModel):
    """What the page measured; `loss` is that of the way there and back."""

    path: Path
    rtt_ms: int | None = Field(default=None, ge=0, le=60_000)
    loss: float | None = Field(default=None, ge=0, le=1)
    rate_bps: int | None = Field(default=None, ge=0, le=10_000_000_000)


class LinkTestDesk:
    """What the endpoints do, without HTTP."""

    def __init__(
        self,
        database: Database,
        read_ticket: Callable[[str, int], Ticket],
        engine_of: Callable[[LessonId], Negotiator],
        ice_servers_of: IceServersOf,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._read_ticket = read_ticket
        self._engine_of = engine_of
        self._ice_servers_of = ice_servers_of
        self._now_ms = now_ms
        self._probes = RateLimiter(PROBES_PER_PLACE, PROBES_WINDOW_S)

    async def probe(self, token: str, sdp: str, network: ClientNetwork) -> ProbeAnswered:
        """One connection to the media engine. InvalidInput `negotiation_failed`, Unavailable `media_unavailable`."""
        ticket = self._read_ticket(token, self._now_ms())
        place = f"{ticket.lesson_id} {ticket.participant_id}"
        self._probes.take(place)
        try:
            answer = await self._engine_of(ticket.lesson_id).probe(sdp, network)
        except NegotiationFailed as error:
            raise InvalidInput(str(error)[:300], code="negotiation_failed") from error
        except EngineUnavailable as error:
            raise Unavailable("the media engine is restarting", code="media_unavailable") from error
        relays = [dict(one) for one in self._ice_servers_of(ticket.participant_id)]
        return ProbeAnswered(sdp=answer, ice_servers=relays)

    async def keep(self, token: str, result: LinkTestResult) -> None:
        """Keep a classroom's result, and its last `KEPT` only; a lead's is for its own eyes."""
        ticket = self._read_ticket(token, self._now_ms())
        place = f"{ticket.lesson_id} {ticket.participant_id}"
        self._probes.take(place)
        if ticket.classroom_id is None:
            return
        mine = LinkTest.classroom_id == ticket.classroom_id
        async with self._database.transaction() as session:
            session.add(
                LinkTest(
                    link_test_id=new_id("lnk"),
                    classroom_id=ticket.classroom_id,
                    made_at_ms=self._now_ms(),
                    **result.model_dump(),
                )
            )
            await session.flush()
            kept = (
                select(LinkTest.link_test_id)
                .where(mine)
                .order_by(LinkTest.made_at_ms.desc(), LinkTest.link_test_id.desc())
                .limit(KEPT)
            )
            ids = list(await session.scalars(kept))
            await session.execute(delete(LinkTest).where(mine, LinkTest.link_test_id.not_in(ids)))


def build_router(desk: LinkTestDesk, network_of: NetworkOf) -> APIRouter:
    router = APIRouter(tags=["link tests"])

    @router.post(
        "/link-tests/probes",
        operation_id="open_link_probe",
        responses=refusals(401, 429, 503),
    )
    async def probe(asked: ProbeAsked, request: Request, ticket: TicketHeader) -> ProbeAnswered:
        return await desk.probe(ticket, asked.sdp, network_of(request, client_ip(request)))

    @router.post(
        "/link-tests",
        operation_id="keep_link_test",
        status_code=204,
        responses=refusals(401, 429),
    )
    async def keep(result: LinkTestResult, ticket: TicketHeader) -> None:
        await desk.keep(ticket, result)

    return router
