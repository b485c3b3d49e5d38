"""Somebody of each role, signed in as their browser is, who asks and looks at the clock."""

import time
from dataclasses import dataclass
from typing import Any, Self

import httpx

from app.accounts.pc_identity import COOKIE
from app.http import API
from tests.bench.county.places import pc_secret
from tests.bench.pages.asks import Ask, Cast, Role

PATIENCE_S = 600.0
"""A month of a county as XLSX begins to come when it is packed."""
LATER_PAGES = 10
"""How many pages further down a list is looked at again."""


class AskFailed(Exception):
    """An answer was no success."""


@dataclass(frozen=True, slots=True)
class Answered:
    took_ms: float
    """From the first byte sent to the last byte read."""
    size_bytes: int


class Clients:
    def __init__(self, url: str, cast: Cast, password: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, trust_env=False)
        self._cast = cast
        self._password = password
        self._headers: dict[Role, dict[str, str]] = {}

    async def __aenter__(self) -> Self:
        for role in ("admin", "school_admin", "teacher", "onsite"):
            login = self._cast.person(role).login
            answer = await self._http.post(
                f"{API}/auth/token", json={"login": login, "password": self._password}
            )
            token = _successful(answer).json()["access_token"]
            self._headers[role] = {"Authorization": f"Bearer {token}"}
        secret = pc_secret(self._cast.classroom)
        self._headers["classroom"] = {"Cookie": f"{COOKIE}={secret}"}
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def resolved(self, ask: Ask) -> tuple[str, ...]:
        """The addresses to ask; of what comes later in a list, as far down as it goes."""
        if ask.cursor is None:
            return ask.paths
        (path,) = ask.paths
        joined = f"{path}{'&' if '?' in path else '?'}{ask.cursor}="
        following: list[str] = []
        while len(following) < LATER_PAGES:
            body = (await self.get(ask.role, following[-1] if following else path)).json()
            if body["next"] is None:
                break
            following.append(joined + httpx.QueryParams({"": body["next"]})[""])
        return tuple(following[-1:])

    async def timed(self, role: Role, path: str) -> Answered:
        """Read as it comes, so that a large answer is not held here either."""
        began, size_bytes = time.perf_counter(), 0
        async with self._http.stream("GET", path, headers=self._headers[role]) as answer:
            if not answer.is_success:
                await answer.aread()
                _successful(answer)
            async for chunk in answer.aiter_raw():
                size_bytes += len(chunk)
        return Answered((time.perf_counter() - began) * 1000, size_bytes)

    async def get(self, role: Role, path: str) -> Any:
        return _successful(await self._http.get(path, headers=self._headers[role]))


def _successful(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise AskFailed(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
    return answer
