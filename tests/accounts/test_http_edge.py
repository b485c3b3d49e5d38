"""The shared HTTP edge: proxies, refusals, crashes."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from app.errors import CommandRejected
from app.http import add_error_handlers, client_ip, host_name, public_url, signal_url
from app.http import is_from_this_machine as from_this_machine
from app.middlewares import SecurityHeaders, TrustedProxies

PROXY = "10.0.0.2"


def edge(trusted: tuple[str, ...] = (PROXY,)) -> FastAPI:
    app = FastAPI()
    add_error_handlers(app)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedProxies, trusted)

    @app.get("/seen")
    async def seen(request: Request) -> dict[str, Any]:
        return {
            "ip": client_ip(request),
            "url": public_url(request, "/x"),
            "signal": signal_url(request),
            "here": from_this_machine(request),
        }

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError("secret detail")

    @app.get("/refused/{code}")
    async def refused(code: str) -> None:
        raise CommandRejected(code)

    return app


async def get(app: FastAPI, path: str, peer: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(peer, 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://inside:8080") as client:
        return await client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})


async def seen(peer: str, **headers: str) -> dict[str, Any]:
    body: dict[str, Any] = (await get(edge(), "/seen", peer, **headers)).json()
    return body


FORWARDED = {
    "x_forwarded_for": "203.0.113.5, 198.51.100.7, 10.0.0.2",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "school.example",
}


@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}"])
async def test_a_trusted_proxy_is_believed_about_the_last_hop_it_saw(peer: str) -> None:
    assert await seen(peer, **FORWARDED) == {
        "ip": "198.51.100.7",
        "url": "https://school.example/x",
        "signal": "wss://school.example/api/v1/signal",
        "here": False,
    }


async def test_everybody_else_only_speaks_for_themselves() -> None:
    assert await seen("203.0.113.9", **FORWARDED) == {
        "ip": "203.0.113.9",
        "url": "http://inside:8080/x",
        "signal": "ws://inside:8080/api/v1/signal",
        "here": False,
    }


async def test_a_proxy_on_this_machine_does_not_make_its_callers_local() -> None:
    assert (await seen("127.0.0.1"))["here"]
    assert (await seen("::ffff:127.0.0.1"))["here"]
    assert not (await seen("127.0.0.1", **FORWARDED))["here"]
    assert not (await seen(PROXY, x_forwarded_for="127.0.0.1"))["here"]


async def test_a_forwarded_host_that_is_no_host_is_ignored() -> None:
    body = await seen(PROXY, x_forwarded_host='evil"; script', x_forwarded_proto="gopher")
    assert body["url"] == "http://inside:8080/x"


@pytest.mark.parametrize(("code", "status"), [("not_allowed", 403), ("stage_full", 409)])
async def test_the_domains_refusals_keep_their_code(code: str, status: int) -> None:
    answer = await get(edge(), f"/refused/{code}", "127.0.0.1")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_crash_tells_a_stranger_nothing() -> None:
    answer = await get(edge(), "/crash", "127.0.0.1")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret detail" not in answer.text


async def test_what_is_not_there_has_a_code_too() -> None:
    assert (await get(edge(), "/nowhere", "127.0.0.1")).json()["code"] == "not_found"
    transport = httpx.ASGITransport(edge())
    async with httpx.AsyncClient(transport=transport, base_url="http://inside") as client:
        assert (await client.post("/seen")).json()["code"] == "method_not_allowed"


async def test_an_opener_policy_is_sent_only_where_browsers_heed_it() -> None:
    name = "cross-origin-opener-policy"
    assert (await get(edge(), "/seen", PROXY, **FORWARDED)).headers[name] == "same-origin"
    assert name not in (await get(edge(), "/seen", "192.0.2.7")).headers


@pytest.mark.parametrize(
    ("host", "sources"),
    [
        ("school.example:8080", "'self' ws://school.example:8080 wss://school.example:8080"),
        ("[2001:db8::1]:8080", "'self'"),
        ("a;script-src *", "'self'"),
    ],
)
async def test_the_policy_names_our_sockets_unless_it_cannot(host: str, sources: str) -> None:
    policy = (await get(edge(), "/seen", "192.0.2.7", host=host)).headers["content-security-policy"]
    assert f"connect-src {sources}" in policy.split("; ")


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("school.example:8080", "school.example"),
        ("school.example", "school.example"),
        ("[2001:db8::1]:8080", "[2001:db8::1]"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("", ""),
    ],
)
def test_the_name_of_a_host_is_left_when_its_port_goes(host: str, name: str) -> None:
    assert host_name(host) == name
