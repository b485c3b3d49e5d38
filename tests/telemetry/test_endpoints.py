"""Statistics of a real engine's connections, for those who may see them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from app.db.engine import Database
from app.ids import LessonId, ParticipantId
from app.lessons.reporting import only_lead_or_admin
from app.media.port import EngineLost, PeerStateChanged, QualityMeasured
from app.media.remote import RemoteEngine
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtcp import Nack, ReceiverReport, ReportBlock
from app.media.worker import EngineServer
from app.telemetry.data_used import DataUsedAccounts
from app.telemetry.endpoints import TelemetryDesk, build_router
from app.telemetry.history import MediaHistory
from app.telemetry.repository import DataUsedTable
from tests.media.sfu.support import LESSON, LOOPBACK_ONLY, Publisher, Subscriber, receiver
from tests.support.county import SmallCounty
from tests.support.lessons import LessonApi
from tests.support.waiting import until

VIDEO = "stage.0.v"
STATS = f"/lessons/{LESSON}/media-stats"
HISTORY = f"/lessons/{LESSON}/media-history"


class Telemetry:
    """An engine behind its link, and the desk over it."""

    def __init__(self, api: LessonApi, database: Database, socket: Path) -> None:
        self.server = EngineServer(MediaEndpoint(0, addresses=lambda: [LOOPBACK_ONLY]))
        self.remote = RemoteEngine(socket)
        self.accounts = DataUsedAccounts(DataUsedTable(database))
        self.history = MediaHistory(api.time)
        desk = TelemetryDesk(self._held_by, self.accounts.of, self.history, api.time)
        api.include(build_router(desk, only_lead_or_admin(api.store), api.authenticate))

    def _held_by(self, lesson_id: LessonId) -> tuple[int, RemoteEngine] | None:
        return (0, self.remote) if lesson_id == LESSON else None


@pytest_asyncio.fixture
async def telemetry(api: LessonApi, database: Database, tmp_path: Path) -> AsyncIterator[Telemetry]:
    made = Telemetry(api, database, tmp_path / "engine.sock")
    await made.server.start(tmp_path / "engine.sock")
    made.remote.start()
    await until(lambda: made.remote.is_available, what="the engine is connected")
    yield made
    await made.remote.close()
    await made.server.close()


async def test_every_connection_is_told_in_the_words_of_webrtc_stats(
    telemetry: Telemetry, api: LessonApi, county: SmallCounty
) -> None:
    engine = telemetry.server.engine
    publisher = await Publisher(engine, "p", 1_000).connect()
    subscriber = await Subscriber(engine, "s").connect(receiver("p"))
    for _ in range(5):
        publisher.video.frame(keyframe=True)
        publisher.audio.packet()
    await until(lambda: len(subscriber.peer.rtp) == 15, what="media flows")
    ssrc = subscriber.ssrc(VIDEO)
    number = subscriber.peer.of(ssrc)[0].sequence_number
    subscriber.peer.send_rtcp(
        ReceiverReport(5, (ReportBlock(ssrc, 64, 3, number + 9, 900, 0, 0),)),
        Nack(5, ssrc, (number,)),
    )
    await until(lambda: bool(subscriber.peer.of(subscriber.rtx_ssrc(VIDEO))), what="sent again")

    async with api.client(county.teacher) as lead:
        answer = await lead.get(STATS)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["engine"] == 0 and body["data_used"] == []
    told = {one["participant_id"]: one for one in body["participants"]}
    (up,) = told["p"]["connections"]
    (down,) = told["s"]["connections"]
    for connection in (up, down):
        assert connection["state"] == "connected" and connection["session_id"] is None
        transport = connection["transport"]
        assert (transport["ice_state"], transport["dtls_state"]) == ("connected", "connected")
        assert transport["selected_candidate_pair"] == {"protocol": "udp"}
    camera, microphone = sorted(up["inbound_rtp"], key=lambda one: one["publication_id"])
    assert (camera["publication_id"], camera["mime_type"]) == ("p/camera", "video/VP8")
    assert camera["ssrc"] == 1_000 and camera["packets_received"] == 10
    assert camera["packets_lost"] == 0 and camera["key_frames_received"] == 5
    assert camera["frame_width"] and camera["is_live"] and camera["subscribers"] == 1
    assert (microphone["mime_type"], microphone["packets_received"]) == ("audio/opus", 5)
    streams = {one["mid"]: one for one in down["outbound_rtp"]}
    assert streams.keys() == {VIDEO, "stage.0.a"}, "slots that never carried anything are left out"
    video = streams[VIDEO]
    assert (video["packets_sent"], video["retransmitted_packets_sent"]) == (10, 1)
    assert video["remote_inbound_rtp"]["fraction_lost"] == 0.25
    assert video["remote_inbound_rtp"]["packets_lost"] == 3
    assert video["remote_inbound_rtp"]["jitter"] == 0.01
    assert down["nack_count"] == 1


async def test_what_went_wrong_is_told_to_lead_and_admin_only(
    telemetry: Telemetry, api: LessonApi, county: SmallCounty
) -> None:
    seat = ParticipantId(county.seats[0])
    telemetry.history.on_engine_event(0, QualityMeasured(LESSON, seat, "poor", 10, 20))
    api.time.now_ms += 9 * 60_000
    telemetry.history.on_engine_event(0, PeerStateChanged(LESSON, seat, "subscribe", "failed"))
    telemetry.history.on_engine_event(0, EngineLost())
    async with api.client(county.admin) as admin:
        everything = (await admin.get(HISTORY)).json()
        last = (await admin.get(HISTORY, params={"minutes": 1})).json()
        assert (await admin.get(HISTORY, params={"minutes": 11})).status_code == 422
        assert (await admin.get("/lessons/les_none/media-history")).status_code == 404
    assert [one["type"] for one in everything["incidents"]] == [
        "quality.changed",
        "peer.failed",
        "engine.lost",
    ]
    assert [one["type"] for one in last["incidents"]] == ["peer.failed", "engine.lost"]

    for path in (STATS, HISTORY):
        async with api.client() as stranger:
            assert (await stranger.get(path)).status_code == 401
        async with api.client(county.onsite) as onsite:
            assert (await onsite.get(path)).status_code == 403
        async with api.client(county.other_teacher) as other:
            assert (await other.get(path)).status_code == 404


async def test_a_lesson_that_is_over_still_tells_what_it_used_and_a_lost_engine_is_unavailable(
    telemetry: Telemetry, api: LessonApi, county: SmallCounty
) -> None:
    seat = ParticipantId(county.seats[0])
    telemetry.accounts.on_engine_event(0, QualityMeasured(LESSON, seat, "good", 3_000, 500))
    await telemetry.accounts._book()
    await telemetry.accounts.close()
    async with api.client(county.teacher) as lead:
        told = (await lead.get(STATS)).json()
        assert told["data_used"] == [
            {"participant_id": seat, "bytes_sent": 3_000, "bytes_received": 500}
        ]
        assert told["participants"] == []
        await telemetry.remote.close()
        refused = await lead.get(STATS)
    assert (refused.status_code, refused.json()["code"]) == (503, "media_unavailable")
