"""Every operation of the HTTP interface, asked by every role of things of the own school, of another and of none.

The table is `tests/access/table.py`; what each role may say on the socket of a lesson stands in
`tests/rooms/test_permissions.py` and is sent by `tests/signaling/test_permissions_on_the_wire.py`.
"""

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from app.http import TICKET_HEADER
from app.main import application, include
from app.server import Server, Site
from app.settings import Settings
from tests.access.bodies import sent_with
from tests.access.county import FOREIGN, OWN, UNKNOWN, Things, headers_of, make_schools
from tests.access.table import KEPT, ROLES, TABLE, List, Open, Own, Row
from tests.access.undone import UndoneDatabase
from tests.support.sqlite_at_once import answer_at_once

REFUSED = (401, 403, 404, 422)
"""422 for what a body names and the caller has nothing to do with; what is wrong in form is a fault of the test."""
PEERS = {role: f"192.0.2.{number}" for number, role in enumerate(ROLES, 1)}
"""From somewhere else, and each from an address of its own: nobody uses up another's tries."""


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    path: str
    needs_ticket: bool
    """It is for whoever holds the ticket of a place, and nobody else is looked at."""


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            required = [one["name"] for one in operation.get("parameters", []) if one["required"]]
            yield Operation(
                operation["operationId"], method.upper(), path, TICKET_HEADER in required
            )


class County:
    """The whole application over two schools. What is asked is undone, but for what wakes the rooms."""

    def __init__(self, app: FastAPI, server: Server, database: UndoneDatabase) -> None:
        self.operations = list(operations(app.openapi()))
        self._database = database
        self._now_ms = server.clock.now_ms()
        self._clients = {
            role: httpx.AsyncClient(
                transport=httpx.ASGITransport(
                    app, client=(PEERS[role], 50_000), raise_app_exceptions=False
                ),
                base_url="http://localhost:8080",
                headers=headers_of(role, server.site.tickets, self._now_ms),
            )
            for role in ROLES
        }

    async def ask(self, role: str, operation: Operation, side: str) -> httpx.Response:
        if operation.name in KEPT:
            return await self._ask(role, operation, side)
        async with self._database.undone():
            return await self._ask(role, operation, side)

    async def _ask(self, role: str, operation: Operation, side: str) -> httpx.Response:
        things = Things(side, role)
        path = operation.path
        for name, value in things.path.items():
            path = path.replace("{" + name + "}", value)
        sent = sent_with(operation.name, things, self._now_ms)
        is_without = operation.needs_ticket and TICKET_HEADER not in self._clients[role].headers
        return await self._clients[role].request(
            operation.method,
            path,
            json=sent.json,
            content=sent.content,
            params=sent.params,
            headers={TICKET_HEADER: "none"} if is_without else {},
        )


@pytest.fixture
async def county(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[County]:
    shutil.copyfile(sqlite_template, tmp_path / "tongtang.db")
    database = UndoneDatabase(f"sqlite+aiosqlite:///{tmp_path / 'tongtang.db'}")
    answer_at_once(database)
    settings = Settings(data_dir=tmp_path)
    server = Server(settings, database, await Site.load(database))
    app = application(settings, None)
    include(app, server)
    await make_schools(database, server.clock.now_ms())
    yield County(app, server, database)
    await server.rooms.close()
    await server.journal.close()
    await database.close()


async def test_every_role_gets_what_the_table_says_and_nothing_else(county: County) -> None:
    wrong: list[str] = []
    asked, begun = 0, time.process_time()
    found = {operation.name: operation for operation in county.operations}
    assert set(found) == set(TABLE), (
        "a route has no row in tests/access/table.py, or a row no route"
    )
    last = sorted(found.values(), key=lambda one: one.name in KEPT and KEPT.index(one.name) + 1)
    for operation in last:
        for role in ROLES:
            for said in [one async for one in _deviations(county, role, operation)]:
                wrong.append(f"{operation.name} ({operation.method}) of {role}: {said}")
            asked += 1
    print(f"{asked} cells in {time.process_time() - begun:.1f} CPU s")
    assert not wrong, "\n".join(wrong)


async def _deviations(county: County, role: str, operation: Operation) -> AsyncIterator[str]:
    row = TABLE[operation.name]
    own = await county.ask(role, operation, OWN)
    if own.status_code == 422 and own.json()["code"] == "invalid_input":
        yield f"what was sent is wrong in form: {own.text}"
        return
    match row:
        case Open():
            nobody = await county.ask("nobody", operation, OWN)
            if own.status_code != nobody.status_code:
                yield f"{own.status_code}, and nobody {nobody.status_code}"
        case Own():
            may = role in row.callers.split()
            if own.status_code not in (row.answers if may else REFUSED):
                yield _say(own, may)
        case List():
            may = role in row.callers.split()
            if own.status_code not in ((200,) if may else REFUSED):
                yield _say(own, may)
            for whose, roles, mark in zip(
                (OWN, FOREIGN), (row.own, row.foreign), row.marks, strict=True
            ):
                shown, is_shown = role in roles.split(), f'"{mark}"' in own.text
                if shown != is_shown:
                    yield f"is{'' if is_shown else ' not'} shown what is {whose}"
        case Row():
            async for said in _row_deviations(county, role, operation, row, own):
                yield said


async def _row_deviations(
    county: County, role: str, operation: Operation, row: Row, own: httpx.Response
) -> AsyncIterator[str]:
    may = row.may(role, OWN)
    if own.status_code not in (row.answers if may else REFUSED):
        yield "own: " + _say(own, may)
    foreign = await county.ask(role, operation, FOREIGN)
    may = row.may(role, FOREIGN)
    if may:
        if foreign.status_code not in row.answers:
            yield "foreign: " + _say(foreign, may)
        return
    unknown = await county.ask(role, operation, UNKNOWN)
    if foreign.status_code not in REFUSED:
        yield "foreign: " + _say(foreign, may)
    elif (foreign.status_code, _told(foreign)) != (unknown.status_code, _told(unknown)):
        yield f"foreign: {foreign.text}, and of what is not there {unknown.text}"


def _told(answer: httpx.Response) -> str:
    """Without the id that was asked for."""
    return cast("str", answer.json()["message"]).replace(FOREIGN, UNKNOWN)


def _say(answer: httpx.Response, may: bool) -> str:
    return f"{'may' if may else 'may not'}, and hears {answer.status_code} {answer.text[:160]}"
