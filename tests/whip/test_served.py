"""WHIP and WHEP against a whole server: real HTTP, real media, with aiortc as encoder and player."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import av
import httpx
import pytest

from app.signaling.messages import CallUpAccept, CallUpCall, StageSendDown
from tests.support.ffmpeg_whip import ffmpeg_push
from tests.support.lesson_peers import LessonPeer
from tests.support.office import Office, PlannedLesson
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import Served
from tests.support.waiting import until
from tests.support.whip_client import FRAGMENT, SDP, WhipClient

PATIENCE_S = 90.0
SENT_S = 4.0
PASSWORD = "P2uYro0UCOQ4zxjKXaWCBui1"


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_loopback(monkeypatch)


@dataclass
class Scene:
    """A live lesson and clients that have tickets for it."""

    office: Office
    plan: PlannedLesson
    http: httpx.AsyncClient
    clients: list[WhipClient]

    @property
    def lesson_id(self) -> str:
        return self.plan.lesson_id

    def token(self, place: dict[str, str]) -> str:
        ticket = self.office.call("POST", f"/lessons/{self.lesson_id}/tickets", place)
        return str(ticket["token"])

    def client(self, place: dict[str, str]) -> WhipClient:
        """`place` as `POST /tickets` takes it."""
        client = WhipClient(self.http, self.lesson_id, self.token(place))
        self.clients.append(client)
        return client

    def lead(self) -> WhipClient:
        return self.client({"role": "lead"})

    def seat(self, index: int = 0) -> WhipClient:
        return self.client({"seat_id": self.plan.seats[index].seat_id})

    def start(self) -> None:
        self.office.call("POST", f"/lessons/{self.lesson_id}/start")

    def events(self, kind: str) -> list[dict[str, object]]:
        rows = self.office.journal(self.lesson_id)
        return [row["data"] for row in rows if row["type"] == kind]


@pytest.fixture
async def scene(served: Served) -> AsyncIterator[Scene]:
    office = Office(served)
    async with httpx.AsyncClient(base_url=served.url, timeout=15) as http:
        scene = Scene(office, office.plan_lesson(2, recorded=True), http, [])
        yield scene
        for client in scene.clients:
            await client.close()
        with contextlib.suppress(Exception):
            office.call("POST", f"/lessons/{scene.lesson_id}/end")


# --- what the RFC asks for -------------------------------------------------------------------------


async def test_every_answer_is_the_one_of_the_rfc(scene: Scene) -> None:
    lesson, http = scene.lesson_id, scene.http
    lead = scene.lead()
    endpoint, sdp = f"/whip/{lesson}", {**lead.headers, "Content-Type": SDP}
    offer = "v=0\r\n"

    waiting = await http.post(endpoint, content=offer, headers=sdp)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not_live")
    assert int(waiting.headers["retry-after"]) > 0
    scene.start()
    await lead.publish()

    async def code(method: str, path: str, **request: object) -> tuple[int, str]:
        response = await http.request(method, path, **request)  # type: ignore[arg-type]
        assert response.headers["access-control-allow-origin"] == "*"
        return response.status_code, response.json()["code"] if response.content else ""

    seat = {**scene.seat().headers, "Content-Type": SDP}
    foreign = scene.office.plan_lesson(1, in_min=120).lesson_id
    big = "v=0\r\n" + "a=x\r\n" * 20_000
    posts: list[tuple[str, dict[str, str], str, tuple[int, str]]] = [
        (endpoint, {"Content-Type": SDP}, offer, (401, "ticket_missing")),
        (endpoint, {**sdp, "Authorization": "Basic x"}, offer, (401, "ticket_missing")),
        (endpoint, {**sdp, "Authorization": "Bearer x"}, offer, (401, "ticket_invalid")),
        (f"/whip/{foreign}", sdp, offer, (403, "not_allowed")),
        (f"{endpoint}?source=screen", seat, offer, (403, "source_not_allowed")),
        (f"{endpoint}?source=window", sdp, offer, (422, "invalid_input")),
        (f"/whep/{lesson}?source=sea_none", sdp, offer, (404, "seat_unknown")),
        (endpoint, {**sdp, "Content-Type": "text/plain"}, offer, (415, "unsupported_media_type")),
        (endpoint, sdp, "hello", (400, "malformed_description")),
        (endpoint, seat, "hello", (400, "malformed_description")),
        (endpoint, sdp, offer, (406, "negotiation_failed")),
        (f"/whep/{lesson}", sdp, offer, (406, "negotiation_failed")),
        (endpoint, sdp, big, (413, "body_too_large")),
    ]
    for path, headers, body, expected in posts:
        assert await code("POST", path, content=body, headers=headers) == expected, (path, expected)

    # An offer that cannot be met keeps no place.
    assert [one["reason"] for one in scene.events("participant.left")] == ["left"]
    assert not scene.events("participant.cut")

    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        refused = await http.request(method, endpoint, headers=lead.headers)
        assert (refused.status_code, refused.headers["allow"]) == (405, "OPTIONS, POST"), method
    for method in ("GET", "HEAD", "PUT", "POST"):
        refused = await http.request(method, lead.location, headers=lead.headers)
        assert refused.status_code == 405, method
        assert refused.headers["allow"] == "DELETE, OPTIONS, PATCH"
    asked = await http.options(endpoint, headers={"Origin": "https://a.example"})
    assert (asked.status_code, asked.headers["accept-post"]) == (200, SDP)
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    asked = await http.options(lead.location)
    assert (asked.status_code, asked.headers["accept-patch"]) == (200, FRAGMENT)
    assert "PATCH" in asked.headers["access-control-allow-methods"]

    assert (await http.delete(lead.location)).status_code == 401
    assert await code("DELETE", f"{endpoint}/whip_none", headers=lead.headers) == (
        404,
        "session_not_found",
    )
    other = lead.location.replace("/whip/", "/whep/", 1)
    assert (await http.delete(other, headers=lead.headers)).status_code == 404
    assert (await http.delete(lead.location, headers=scene.seat().headers)).status_code == 404
    assert await lead.delete() == 200
    assert await lead.delete() == 404
    assert (await lead.patch("", **{"If-Match": "*"})).status_code == 404


async def test_candidates_trickle_and_ice_restarts_as_the_rfc_says(scene: Scene) -> None:
    scene.start()
    lead = scene.lead()
    await lead.publish()
    transport = lead.connection.getTransceivers()[0].sender.transport.transport
    ufrag = transport.iceGatherer.getLocalParameters().usernameFragment
    await until(lambda: lead.connection.connectionState == "connected", PATIENCE_S, "media flows")

    def fragment(name: str) -> str:
        return f"a=ice-ufrag:{name}\r\na=ice-pwd:{PASSWORD}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"

    candidate = "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\na=end-of-candidates\r\n"
    tag = {"If-Match": lead.entity_tag}
    trickled = await lead.patch(fragment(ufrag) + candidate, **tag)
    assert (trickled.status_code, trickled.content) == (204, b"")
    assert "etag" not in trickled.headers
    refusals: list[tuple[str, dict[str, str], tuple[int, str]]] = [
        (fragment(ufrag), {}, (428, "if_match_missing")),
        (fragment(ufrag), {"If-Match": '"other"'}, (412, "ice_session_changed")),
        (fragment("newone"), tag, (412, "ice_session_changed")),
        ("a=ice-ufrag:x", tag, (400, "malformed_fragment")),
        (fragment(ufrag), {**tag, "Content-Type": SDP}, (415, "unsupported_media_type")),
    ]
    for body, headers, expected in refusals:
        refused = await lead.patch(body, **headers)
        assert (refused.status_code, refused.json()["code"]) == expected
    restarted = await lead.patch(fragment("newone"), **{"If-Match": "*"})
    assert restarted.status_code == 200
    assert restarted.headers["content-type"] == FRAGMENT
    assert restarted.headers["etag"] != lead.entity_tag
    assert "a=ice-ufrag:" in restarted.text
    assert "a=candidate:" in restarted.text
    assert "a=mid:0" in restarted.text
    assert (await lead.patch(fragment("newone"), **tag)).status_code == 412
    after = {"If-Match": restarted.headers["etag"]}
    assert (await lead.patch(fragment("newone"), **after)).status_code == 204


async def test_a_ticket_that_is_withdrawn_ends_its_sessions(scene: Scene) -> None:
    scene.start()
    seat_id = scene.plan.seats[0].seat_id
    player = scene.seat()
    await player.view("lead")
    scene.office.call("DELETE", f"/lessons/{scene.lesson_id}/tickets/{seat_id}")

    def has_left() -> bool:
        return any(one["participant_id"] == seat_id for one in scene.events("participant.left"))

    took = await until(has_left, PATIENCE_S, "the seat is empty")
    print(f"measured: the seat is empty {took:.1f} s after its ticket was withdrawn")
    refused = await scene.http.delete(player.location, headers=player.headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "ticket_revoked")


async def test_sessions_of_a_place_are_bounded(scene: Scene) -> None:
    scene.start()
    token = scene.token({"role": "lead"})
    for _ in range(4):
        client = WhipClient(scene.http, scene.lesson_id, token)
        scene.clients.append(client)
        await client.view("lead")
    refused = await scene.http.post(
        f"/whip/{scene.lesson_id}", content="v=0", headers={**client.headers, "Content-Type": SDP}
    )
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_sessions")
    assert int(refused.headers["retry-after"]) > 0


# --- media and places ------------------------------------------------------------------------------


async def test_an_encoder_takes_the_leads_place_and_a_classrooms_player_sees_it(
    scene: Scene,
) -> None:
    """As OBS does it: H.264 and Opus, no candidates in the offer, never a PATCH."""
    scene.start()
    encoder, player = scene.lead(), scene.seat()
    answer = await encoder.publish(luma=200, codec="video/H264", is_obs=True)
    assert "VP8" not in answer
    assert "a=ice-lite" in answer
    assert "typ host" in answer
    view = await player.view("lead")
    assert "a=sendonly" in view
    seen = player.received
    took = await until(
        lambda: seen.frames["video"] > 5 and seen.frames["audio"] > 10,
        PATIENCE_S,
        "picture and sound",
    )
    print(f"measured: picture and sound {took:.2f} s after the player's answer")
    assert seen.luma["video"] > 150
    started = scene.events("publication.started")
    assert {(one["participant_id"], one["source"], one["codec"]) for one in started} == {
        (scene.plan.lead_id, "camera", "h264"),
        (scene.plan.lead_id, "microphone", "opus"),
    }
    joined = {one["participant_id"] for one in scene.events("participant.joined")}
    assert joined == {scene.plan.lead_id, scene.plan.seats[0].seat_id}
    assert await encoder.delete() == 200
    assert await player.delete() == 200
    left = {(one["participant_id"], one["reason"]) for one in scene.events("participant.left")}
    assert left == {(one, "left") for one in joined}


async def test_an_encoder_beside_the_page_wins_the_camera_until_it_ends(scene: Scene) -> None:
    scene.start()
    lead_id = scene.plan.lead_id
    async with LessonPeer(scene.office, scene.lesson_id, {"role": "lead"}, "classroom-a") as page:
        await until(
            lambda: "camera" in page.places[lead_id].publishing if page.places else False,
            PATIENCE_S,
            "the page sends",
        )
        player, encoder = scene.seat(), scene.lead()
        await player.view("lead")
        luma = player.received.luma
        await until(lambda: "video" in luma, PATIENCE_S, "the page's picture")
        await encoder.publish(luma=235)
        took = await until(lambda: luma["video"] > 225, PATIENCE_S, "the encoder's picture")
        print(f"measured: the encoder's picture {took:.2f} s after its answer")
        assert page.is_joined and page.joins == 1
        assert await encoder.delete() == 200
        took = await until(lambda: luma["video"] < 200, PATIENCE_S, "the page's picture again")
        print(f"measured: the page's picture {took:.2f} s after the encoder went")
        assert not scene.events("device.replaced")
        assert not scene.events("participant.left")
        page.check()


async def test_a_page_takes_the_place_that_an_encoder_held_and_the_encoder_goes_on(
    scene: Scene,
) -> None:
    scene.start()
    encoder, player = scene.lead(), scene.seat()
    await encoder.publish(luma=235)
    await player.view("lead")
    seen = player.received
    await until(lambda: seen.luma.get("video", 0) > 225, PATIENCE_S, "the encoder's picture")
    async with LessonPeer(scene.office, scene.lesson_id, {"role": "lead"}, "classroom-a") as page:
        await until(lambda: page.is_joined, PATIENCE_S, "the page is in")
        assert page.client is not None
        await page.client.close()  # a cut: the encoder keeps the place until the page is back
        await until(lambda: page.joins == 2 and page.is_joined, PATIENCE_S, "the page is back")
        page.check()
        place = {"role": "lead"}
        async with LessonPeer(scene.office, scene.lesson_id, place, "classroom-a") as other:
            await until(lambda: other.is_joined, PATIENCE_S, "another page is in")
            frames = seen.frames["video"]
            await until(lambda: seen.frames["video"] > frames + 10, PATIENCE_S, "more pictures")
            assert seen.luma["video"] > 225
            other.check()
    assert await encoder.delete() == 200


async def test_a_player_of_the_stage_follows_it(scene: Scene) -> None:
    scene.start()
    first = scene.plan.seats[0].seat_id
    lead, pupil, player = scene.lead(), scene.seat(0), scene.seat(1)
    await lead.publish(luma=60)
    await pupil.publish(luma=235)
    await player.view("stage")
    luma = player.received.luma
    await until(lambda: 0 < luma.get("video", 0) < 100, PATIENCE_S, "the lead")
    async with (
        LessonPeer(scene.office, scene.lesson_id, {"role": "lead"}, "classroom-a") as page,
        LessonPeer(scene.office, scene.lesson_id, {"seat_id": first}, "classroom-b") as seat,
    ):
        await until(lambda: page.is_joined and seat.is_joined, PATIENCE_S, "both are in")
        await page.request(lambda n: CallUpCall(type="callup.call", id=n, seat_id=first))
        await seat.request(lambda n: CallUpAccept(type="callup.accept", id=n))
        took = await until(lambda: luma["video"] > 225, PATIENCE_S, "who was called up")
        print(f"measured: the player shows who was called up after {took:.2f} s")
        await page.request(lambda n: StageSendDown(type="stage.send_down", id=n, seat_id=first))
        await until(lambda: luma["video"] < 100, PATIENCE_S, "the lead again")


@pytest.mark.recording
@pytest.mark.skipif("whip" not in av.formats_available, reason="PyAV's FFmpeg has no WHIP muxer")
async def test_ffmpeg_sends_over_whip_and_is_recorded(scene: Scene, tmp_path: Path) -> None:
    """A client that shares no line with us: it offers H.264 baseline, and no RTX."""
    scene.start()
    url = f"{scene.http.base_url}/whip/{scene.lesson_id}".replace("//whip", "/whip")
    token = scene.token({"role": "lead"})
    encoder = asyncio.create_task(asyncio.to_thread(ffmpeg_push, url, token, tmp_path, SENT_S))
    player = scene.seat()
    await player.view("lead")
    seen = player.received
    took = await until(lambda: seen.frames["video"] > 10, PATIENCE_S, "FFmpeg's picture")
    print(f"measured: FFmpeg's picture after {took:.2f} s")
    await encoder
    assert {one["reason"] for one in scene.events("participant.left")} == {"left"}
    scene.office.call("POST", f"/lessons/{scene.lesson_id}/end")
    recording: dict[str, object] = {}

    async def is_available() -> bool:
        lesson = scene.office.call("GET", f"/lessons/{scene.lesson_id}")
        if lesson["recording_id"] is not None:
            recording.update(scene.office.call("GET", f"/recordings/{lesson['recording_id']}"))
        return recording.get("state") == "available"

    await until(is_available, PATIENCE_S, "the replay is there")
    tracks = recording["tracks"]
    assert isinstance(tracks, list)
    assert {(one["participant_id"], one["source"]) for one in tracks} >= {
        (scene.plan.lead_id, "camera"),
        (scene.plan.lead_id, "microphone"),
    }


# --- restarts --------------------------------------------------------------------------------------


async def test_sessions_outlive_the_app_and_end_with_the_engine(
    scene: Scene, served: Served
) -> None:
    scene.start()
    encoder, player = scene.lead(), scene.seat()
    await encoder.publish()
    await player.view("lead")
    seen = player.received
    await until(lambda: seen.frames["video"] > 5, PATIENCE_S, "a picture")
    served.kill("app")

    async def status(client: WhipClient) -> int:
        try:
            answer = await client.patch("", **{"If-Match": "*"})
        except httpx.HTTPError:
            return 0
        return answer.status_code

    async def is_known() -> bool:
        return await status(encoder) == 400

    took = await until(is_known, PATIENCE_S, "the next app knows the session")
    print(f"measured: the next app knows the session {took:.2f} s after the kill")
    frames = seen.frames["video"]
    await until(lambda: seen.frames["video"] > frames + 10, PATIENCE_S, "more pictures")
    assert await player.delete() == 200

    served.kill("engine-0")

    async def is_gone() -> bool:
        return await status(encoder) == 404

    took = await until(is_gone, PATIENCE_S, "the session is gone")
    print(f"measured: 404 {took:.2f} s after the engine was killed")

    async def is_back() -> bool:
        with contextlib.suppress(AssertionError, httpx.HTTPError):
            await scene.lead().publish()
            return True
        await asyncio.sleep(0.5)
        return False

    took = await until(is_back, PATIENCE_S, "the encoder is back")
    print(f"measured: the encoder is back after {took:.2f} s more")
    assert "lost" not in {one["reason"] for one in scene.events("participant.left")}
