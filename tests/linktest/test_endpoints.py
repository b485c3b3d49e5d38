"""A link test over HTTP: with a ticket, bounded, and kept for the classroom."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.models import LinkTest
from app.ids import UserId
from app.linktest.endpoints import KEPT, PROBES_PER_PLACE, LinkTestDesk, build_router
from app.media.remote import RemoteEngine
from app.media.wire.endpoint import MediaEndpoint
from app.media.worker import EngineServer
from tests.media.sfu.support import LOOPBACK, LOOPBACK_ONLY
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi
from tests.support.raw_peer import RawPeer, RawSection
from tests.support.waiting import until

SEAT = "sea_1"
RELAY = {"urls": "turn:relay.example", "username": "u", "credential": "c"}


@pytest_asyncio.fixture
async def engine(api: LessonApi, database: Database, tmp_path: Path) -> AsyncIterator[RemoteEngine]:
    server = EngineServer(MediaEndpoint(0, addresses=lambda: [LOOPBACK_ONLY]))
    await server.start(tmp_path / "engine.sock")
    remote = RemoteEngine(tmp_path / "engine.sock")
    remote.start()
    desk = LinkTestDesk(
        database, api.book.read_ticket, lambda _: remote, lambda _: [RELAY], api.time
    )
    api.include(build_router(desk, lambda *_: LOOPBACK))
    await until(lambda: remote.is_available, what="the link")
    yield remote
    await remote.close()
    await server.close()


async def ticket_of(api: LessonApi, who: UserId, place: dict[str, str]) -> dict[str, str]:
    """The header of somebody's place."""
    async with api.client(who) as client:
        answer = await client.post("/lessons/les_1/tickets", json=place)
    return {"X-Tongtang-Ticket": answer.json()["token"]}


def result(path: str = "udp", rtt_ms: int = 40) -> dict[str, object]:
    return {"path": path, "rtt_ms": rtt_ms, "loss": 0.01, "rate_bps": 400_000}


async def test_a_probe_is_answered_by_the_engine_with_the_relays_to_try(
    api: LessonApi, county: SmallCounty, engine: RemoteEngine
) -> None:
    ticket = await ticket_of(api, county.teacher, {"role": "lead"})
    peer = RawPeer()
    offer = peer.offer(RawSection("0", "video", 1_000, 96, "VP8/90000"))
    async with api.client() as client:
        answer = await client.post("/link-tests/probes", json={"sdp": offer}, headers=ticket)
        assert answer.status_code == 200
        assert answer.json()["ice_servers"] == [RELAY]
        await peer.connect(answer.json()["sdp"])
        await peer.close()
        refused = await client.post("/link-tests/probes", json={"sdp": "v=0"}, headers=ticket)
        assert (refused.status_code, refused.json()["code"]) == (422, "negotiation_failed")


@pytest.mark.usefixtures("engine")
async def test_nobody_tests_without_a_ticket_or_without_end(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client() as client:
        forged = {"X-Tongtang-Ticket": "tt1.x.y"}
        answer = await client.post("/link-tests/probes", json={"sdp": "v=0"}, headers=forged)
        assert (answer.status_code, answer.json()["code"]) == (401, "ticket_invalid")
        ticket = await ticket_of(api, county.teacher, {"role": "lead"})
        for _ in range(PROBES_PER_PLACE):
            await client.post("/link-tests/probes", json={"sdp": "v=0"}, headers=ticket)
        answer = await client.post("/link-tests", json=result(), headers=ticket)
        assert answer.status_code == 429


@on_both_databases
@pytest.mark.usefixtures("engine")
async def test_the_last_results_of_a_classroom_are_kept_and_admins_see_the_newest(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    ticket = await ticket_of(api, county.onsite, {"seat_id": SEAT})
    async with api.client() as client:
        for number in range(KEPT + 2):
            api.time.now_ms += 1_000
            answer = await client.post("/link-tests", json=result("tcp", number), headers=ticket)
            assert answer.status_code == 204
        bad = await client.post("/link-tests", json=result("pigeon"), headers=ticket)
        assert bad.status_code == 422
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(LinkTest)) == KEPT
    for who, expected in ((county.admin, KEPT + 1), (county.teacher, None)):
        async with api.client(who) as client:
            rows = (await client.get("/classrooms")).json()["items"]
        found = [row["link_test"]["rtt_ms"] for row in rows if row["link_test"]]
        assert found == ([] if expected is None else [expected])
