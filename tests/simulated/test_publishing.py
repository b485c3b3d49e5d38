"""A simulated participant whose offer stays unanswered offers anew, over a real socket to a scripted server."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from app.simulated.behaviour import Manner
from app.simulated.participant import SimulatedParticipant, SimulatedPlace
from tests.support.rtc_peer import allow_loopback

ROOM = {
    "lesson_id": "les_1",
    "title": "",
    "subject": "",
    "phase": "live",
    "starts_at_ms": 0,
    "ends_at_ms": 1,
    "started_ms": 0,
    "ended_ms": None,
    "end_reason": None,
    "closes_at_ms": None,
    "is_recorded": False,
    "lead": {"participant_id": "lead_1", "takeover_at_ms": None, "proposal": None},
    "is_floor_open": False,
    "is_sing_along": False,
    "spotlight": None,
    "sound_preset": "voice",
    "listening": {},
    "slides": None,
    "participants": [],
}
GRANT = {
    "type": "media.grant",
    "engine": "webrtc",
    "media_epoch": 1,
    "ice_servers": [],
    "publish": ["camera", "microphone"],
    "video_cap_bps": 100_000,
}


def answer_to(request: dict[str, Any]) -> list[dict[str, Any]]:
    re = request["id"]
    match request["type"]:
        case "hello":
            return [
                {
                    "type": "welcome",
                    "re": re,
                    "connection_id": "con_1",
                    "protocol": 1,
                    "server_time_ms": 0,
                    "heartbeat_s": 5.0,
                }
            ]
        case "auth":
            place = {"lesson_id": "les_1", "participant_id": "sea_1", "role": "classroom"}
            return [{"type": "authenticated", "re": re, **place}]
        case "room.join":
            return [
                {
                    "type": "room.snapshot",
                    "re": re,
                    "seq": 1,
                    "you": "sea_1",
                    "room": ROOM,
                    "private": None,
                },
                GRANT,
            ]
        case "room.resume":
            return [{"type": "room.resumed", "re": re, "seq": 1}, GRANT]
        case _:
            return []


@pytest.mark.parametrize("ending", ["cut", "refused"])
async def test_an_offer_that_was_cut_off_or_refused_is_made_again(
    monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    allow_loopback(monkeypatch)
    offers: asyncio.Queue[str] = asyncio.Queue()

    async def script(socket: ServerConnection) -> None:
        async for text in socket:
            request = json.loads(text)
            if request["type"] == "media.publish":
                offers.put_nowait(request["sdp"])
                if ending == "cut":
                    return
                error = {"type": "error", "re": request["id"], "code": "engine_unavailable"}
                await socket.send(json.dumps({**error, "message": ""}))
            for answer in answer_to(request):
                await socket.send(json.dumps(answer))

    async with serve(script, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        place = SimulatedPlace(
            "les_1", "sea_1", "", "token", f"ws://127.0.0.1:{port}", "classroom-a"
        )
        running = asyncio.create_task(SimulatedParticipant(place, Manner()).run())
        try:
            async with asyncio.timeout(30):
                first, second = await offers.get(), await offers.get()
            assert first != second, "the same connection again"
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
