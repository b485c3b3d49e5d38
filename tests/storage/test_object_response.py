"""Stored objects over HTTP, beyond what the endpoints' tests ask for."""

import asyncio
from pathlib import Path

import pytest
from fastapi import Response
from starlette.types import Message

from app.storage import object_response as object_response_module
from app.storage.object_response import MAX_PART_BYTES, object_response
from app.storage.obstore_storage import ObstoreStorage
from app.storage.served_object import ServedObject
from app.storage.signing import UrlSigner

SIZE = 3 * MAX_PART_BYTES + 5


@pytest.fixture
async def storage(tmp_path: Path) -> ObstoreStorage:
    storage = ObstoreStorage.local(tmp_path, UrlSigner(b"0123456789abcdef"))
    await storage.put_bytes("x.webm", bytes(SIZE))
    return storage


async def ask(storage: ObstoreStorage, range_: str | None, name: str = "") -> Response:
    served = ServedObject("x.webm", SIZE, "0" * 64, "video/webm")
    return await object_response(storage, served, range_, is_head=True, download_name=name)


@pytest.mark.parametrize("asked", [f"bytes=5-{SIZE - 1}", "bytes=5-"])
async def test_a_player_gets_a_long_part_in_pieces_that_free_its_connection(
    storage: ObstoreStorage, asked: str
) -> None:
    answer = await ask(storage, asked)
    assert answer.status_code == 206
    assert answer.headers["content-length"] == str(MAX_PART_BYTES)
    assert answer.headers["content-range"] == f"bytes 5-{MAX_PART_BYTES + 4}/{SIZE}"


async def test_a_download_is_not_cut(storage: ObstoreStorage) -> None:
    assert (await ask(storage, "bytes=5-", "课.mp4")).headers["content-length"] == str(SIZE - 5)
    assert (await ask(storage, None)).headers["content-length"] == str(SIZE)


async def test_an_answer_that_is_read_slowly_breaks_off_when_it_may_not_go_on(
    storage: ObstoreStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_response_module, "LOOK_AGAIN_S", 0.0)
    served = ServedObject("x.webm", SIZE, "0" * 64, "video/webm")
    allowed = [True, True, False]

    async def may_go_on() -> bool:
        return allowed.pop(0)

    answer = await object_response(storage, served, None, is_head=False, may_go_on=may_go_on)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    await answer({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
    body = [message for message in sent if message["type"] == "http.response.body"]
    assert 0 < sum(len(message["body"]) for message in body) < SIZE
    # Never finished: the server has to close the connection.
    assert all(message["more_body"] for message in body)
    assert answer.headers["cache-control"] == "no-store"
