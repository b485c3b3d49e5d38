"""No list asks the database once for each of its rows: every list of the interface takes as many statements for many
rows as for few.

What is asked is the table of the bench (`tests/bench/pages/asks.py`). A new operation that answers with a list, or
with a file, and that no page of the table asks for, fails here.
"""

import csv
import io
import shutil
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from app.accounts.pc_identity import COOKIE
from app.main import application, include, openapi_document
from app.server import Server, Site
from app.settings import Settings
from tests.bench.county.places import make_places, pc_secret
from tests.bench.county.seed import seed_county
from tests.bench.county.size import Size
from tests.bench.county.timetable import make_timetable
from tests.bench.county.writer import writing
from tests.bench.pages.asks import Ask, Cast, Role, asks
from tests.statements.counted import CountedDatabase
from tests.statements.crowd import crowd, token_of
from tests.support.county import FAST_HASHER, PASSWORD
from tests.support.sqlite_at_once import answer_at_once

FEW = Size(
    groups=3, villages=1, classrooms=1, pupils=3, courses=3, seats=3, weeks_past=1, weeks_ahead=2,
    recorded=1, interrupted=1, unnamed=1,
)  # fmt: skip
MANY = replace(FEW, groups=4, villages=3, classrooms=3, pupils=30, courses=10, seats=6)
"""Less than what a file reads in one step."""
FEW_AROUND, MANY_AROUND = 3, 30
SEED = 1
Key = tuple[str, Role, str]
"""Operation, who asks, and what of it."""
NO_MORE_ROWS = {
    "get_media_stats": "of a lesson that runs, from memory",
    "get_media_history": "of a lesson that runs, from memory",
    "get_server": "months of a term, and a few warnings and certificates",
    "get_wall": "as many as run now; counted in tests/lessons/wall",
    "get_ledger_steps": "as many as the range has hours, days or weeks",
    "get_data_map": "written down in the program",
    "get_film": "one film, and its few files",
}
"""Lists that do not get longer with a county."""


@dataclass(frozen=True, slots=True)
class Answer:
    statements: tuple[str, ...]
    rows: int
    """In the longest list of the answer."""


def lists_of(document: dict[str, Any]) -> set[str]:
    """Operations that answer with a list of things, at any depth, or with lines of a file."""
    found = set()
    for item in document["paths"].values():
        for method, operation in item.items():
            content = operation["responses"].get("200", {}).get("content", {})
            body = content.get("application/json", {}).get("schema", {})
            if method == "get" and ("text/csv" in content or _has_list(body, document)):
                found.add(operation["operationId"])
    return found


def _has_list(schema: Any, document: dict[str, Any], seen: frozenset[str] = frozenset()) -> bool:
    match schema:
        case {"$ref": str(name)} if name not in seen:
            target = document["components"]["schemas"][name.rpartition("/")[2]]
            return _has_list(target, document, seen | {name})
        case {"type": "array", "items": {"$ref": _}}:
            return True
        case dict():
            return any(_has_list(one, document, seen) for one in schema.values())
        case list():
            return any(_has_list(one, document, seen) for one in schema)
    return False


def test_every_list_of_the_interface_is_asked_for() -> None:
    lists = lists_of(openapi_document(Settings())) - set(NO_MORE_ROWS)
    assert len(lists) > 20
    missing = lists - {one.operation for one in asks(cast_of(FEW, datetime.now(UTC).date()))}
    assert not missing, f"no page of tests/bench/pages/asks.py asks for {sorted(missing)}"


async def test_every_list_takes_as_many_statements_for_many_rows_as_for_few(
    sqlite_template: Path, tmp_path: Path
) -> None:
    begun = time.process_time()
    shutil.copyfile(sqlite_template, tmp_path / "few.db")
    few = await answers(tmp_path / "few.db", FEW, FEW_AROUND)
    shutil.copyfile(sqlite_template, tmp_path / "many.db")
    many = await answers(tmp_path / "many.db", MANY, MANY_AROUND)
    took_s = time.process_time() - begun
    print(f"{len(few)} questions, twice, in {took_s:.1f} CPU s")
    assert set(few) == set(many)
    wrong = [
        f"{key}: {len(few[key].statements)} statements for {few[key].rows} rows, "
        f"{len(many[key].statements)} for {many[key].rows}; more often:\n  {_more(few[key], many[key])}"
        for key in few
        if len(few[key].statements) != len(many[key].statements)
    ]
    assert not wrong, "\n".join(wrong)
    grown = {key[0] for key in few if few[key].rows < many[key].rows}
    lists = lists_of(openapi_document(Settings())) - set(NO_MORE_ROWS)
    assert lists <= grown, f"no longer with more in the county: {sorted(lists - grown)}"


async def answers(file: Path, size: Size, around: int) -> dict[Key, Answer]:
    """What a county of this size answers, asked by each role that has something to ask. `file` is migrated."""
    database = CountedDatabase(f"sqlite+aiosqlite:///{file}")
    answer_at_once(database)
    settings = Settings(data_dir=file.parent)
    day = datetime.now(UTC).date()
    seeded = await seed_county(database, size, SEED, day, FAST_HASHER.hash(PASSWORD))
    server = Server(settings, database, await Site.load(database))
    cast = Cast(seeded.places, seeded.timetable, server.clock.now_ms())
    async with writing(database) as writer:
        for rows in crowd(cast, around):
            await writer.write(rows)
    app = application(settings, None)
    include(app, server)
    found = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:8080"
    ) as client:
        for ask in asks(cast):
            if ask.cursor is None and ".xlsx" not in ask.paths[0]:
                found[ask.operation, ask.role, ask.what] = await _answer(
                    client, database, cast, ask
                )
    await server.rooms.close()
    await server.journal.close()
    await database.close()
    return found


async def _answer(
    client: httpx.AsyncClient, database: CountedDatabase, cast: Cast, ask: Ask
) -> Answer:
    database.statements.clear()
    answer = await client.get(ask.paths[0], headers=_headers(cast, ask.role))
    assert answer.status_code == 200, f"{ask.operation} of {ask.role}: {answer.text}"
    is_json = answer.headers["content-type"].startswith("application/json")
    rows = _longest(answer.json()) if is_json else len(list(csv.reader(io.StringIO(answer.text))))
    return Answer(tuple(database.statements), rows)


def _headers(cast: Cast, role: Role) -> dict[str, str]:
    if role == "classroom":
        return {"Cookie": f"{COOKIE}={pc_secret(cast.classroom)}"}
    return {"Authorization": f"Bearer {token_of(role)}"}


def _longest(body: Any) -> int:
    """Length of the longest list of things in an answer."""
    match body:
        case dict():
            return max((_longest(one) for one in body.values()), default=0)
        case list():
            own = len(body) if any(isinstance(one, dict) for one in body) else 0
            return max([own, *(_longest(one) for one in body)])
    return 0


def _more(few: Answer, many: Answer) -> str:
    more = Counter(many.statements) - Counter(few.statements)
    return "\n  ".join(f"{count} x {one[:200]!r}" for one, count in more.most_common(3))


def cast_of(size: Size, day: date) -> Cast:
    """Without a database."""
    places = make_places(size, SEED)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Cast(places, make_timetable(places, day), int(midnight.timestamp() * 1000))
