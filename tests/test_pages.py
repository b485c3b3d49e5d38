"""The built pages over HTTP: addresses of the single-page app, caching, and the compressed files beside them."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.pages import build_router

SCRIPT = b"console.log('lesson');" * 100
SMALL = gzip.compress(SCRIPT, mtime=0)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text('<meta name="time-zone" content="" />')
    (assets / "page-1.js").write_bytes(SCRIPT)
    (assets / "page-1.js.gz").write_bytes(SMALL)
    (assets / "page-1.js.br").write_bytes(b"as brotli")
    (assets / "picture.png").write_bytes(b"png")
    app = FastAPI()
    app.include_router(build_router(tmp_path, None, "Asia/Urumqi"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://school") as client:
        yield client


async def raw(web: httpx.AsyncClient, path: str, accepts: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it crossed the wire."""
    async with web.stream("GET", path, headers={"accept-encoding": accepts}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    return answer, body


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br; q=0", "gzip"),
        ("gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
async def test_an_asset_comes_as_small_as_the_client_takes_it(
    web: httpx.AsyncClient, accepts: str, coding: str | None
) -> None:
    answer, body = await raw(web, "/assets/page-1.js", accepts)
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert body == {"br": b"as brotli", "gzip": SMALL, None: SCRIPT}[coding]


async def test_what_is_not_compressed_comes_as_it_is(web: httpx.AsyncClient) -> None:
    answer, body = await raw(web, "/assets/picture.png", "br, gzip")
    assert "content-encoding" not in answer.headers and body == b"png"


async def test_every_address_of_the_app_is_the_page_and_a_missing_asset_is_not(
    web: httpx.AsyncClient,
) -> None:
    page = await web.get("/lessons/les_1/classroom")
    assert page.text == '<meta name="time-zone" content="Asia/Urumqi" />'
    assert page.headers["cache-control"] == "no-cache"
    for path in ("/assets/old.js", "/api/v1/nothing"):
        assert (await web.get(path)).status_code == 404
