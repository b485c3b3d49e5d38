"""How long the pages wait for their data over a whole county: `make bench-data`.

A PostgreSQL server of our own is filled with the county of `tests.bench.county`, a whole `serve` is started on it, and
everything that the pages read is asked for in rounds: each question once, then all of them again.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from app.accounts.passwords import Passwords
from app.db.engine import Database
from app.db.migrate import migrate
from tests.bench.county.places import make_places
from tests.bench.county.seed import seed_county
from tests.bench.county.size import at_scale
from tests.bench.county.timetable import make_timetable
from tests.bench.machine import machine
from tests.bench.pages.asks import Ask, Cast, asks
from tests.bench.pages.clients import Clients
from tests.bench.pages.cpu import CpuMeter
from tests.bench.pages.files import measure_files
from tests.bench.pages.report import markdown
from tests.support.database import own_postgres
from tests.support.serve import PASSWORD, Served, fresh

Report = dict[str, Any]
KEPT_DAYS = "3650"
"""Nothing of the county is old enough to be deleted while it is looked at."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pages", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the county")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--day", type=date.fromisoformat, default=date.today(), help="YYYY-MM-DD")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument(
        "--only", default="", help="questions whose page or operation has this in it"
    )
    parser.add_argument(
        "--database", help="a county of this scale, seed and day that is there already"
    )
    parser.add_argument("--no-files", action="store_true", help="leave the downloads out")
    parser.add_argument("--note", default="", help="what else the machine did")
    parser.add_argument("--output", type=Path, help="where the raw figures go")
    arguments = parser.parse_args()
    with _database(arguments.database) as url:
        report = asyncio.run(_run(arguments, url))
    if arguments.output:
        arguments.output.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(markdown(report))


@contextmanager
def _database(given: str | None) -> Iterator[URL]:
    if given:
        yield make_url(given)
        return
    with own_postgres() as url:
        yield url


async def _run(arguments: argparse.Namespace, url: URL) -> Report:
    size = at_scale(arguments.scale)
    report: Report = machine() | {
        "options": {
            name: str(value) if isinstance(value, date | Path) else value
            for name, value in vars(arguments).items()
            if name not in ("output", "database")
        },
    }
    database = Database(url.render_as_string(hide_password=False))
    try:
        if not arguments.database:
            await migrate(database)
            password_hash = await Passwords().hash(PASSWORD)
            seeded = await seed_county(database, size, arguments.seed, arguments.day, password_hash)
            report |= {"seeded_s": seeded.took_s, "rows": seeded.rows}
        report |= await _described(database)
    finally:
        await database.close()
    places = make_places(size, arguments.seed)
    timetable = make_timetable(places, arguments.day)
    with tempfile.TemporaryDirectory(prefix="tongtang-bench-") as folder:
        served = _served(Path(folder) / "data", url)
        served.start()
        try:
            cast = Cast(places, timetable, int(datetime.now(UTC).timestamp() * 1000))
            meter = CpuMeter(url, served.pid_of("app"))
            report |= await _measure(arguments, served, cast, meter)
        finally:
            served.stop()
    return report


async def _described(database: Database) -> Report:
    async with database.reading() as session:
        version = await session.scalar(text("SHOW server_version"))
        size = await session.scalar(text("SELECT pg_database_size(current_database())"))
    return {"postgresql": version, "database_bytes": size}


def _served(data_dir: Path, url: URL) -> Served:
    return fresh(
        data_dir,
        settings={
            "TONGTANG_DEMO": "0",
            "TONGTANG_DATABASE_URL": url.render_as_string(hide_password=False),
            "TONGTANG_CLASSROOM_TRACKS_KEPT_DAYS": KEPT_DAYS,
            "TONGTANG_RECORDINGS_KEPT_DAYS": KEPT_DAYS,
            "TONGTANG_LOG_LEVEL": "warning",
        },
    )


async def _measure(
    arguments: argparse.Namespace, served: Served, cast: Cast, meter: CpuMeter
) -> Report:
    asked = [one for one in asks(cast) if arguments.only in f"{one.page} {one.operation}"]
    async with Clients(served.url, cast, PASSWORD) as clients:
        screens = [one for one in asked if not one.file]
        answers = await _rounds(clients, screens, arguments.rounds, meter)
        files = [one for one in asked if one.file and not arguments.no_files]
        downloads = await measure_files(clients, files, served.pid_of("app"))
    return {"screens": answers, "files": downloads}


async def _rounds(clients: Clients, asked: list[Ask], rounds: int, meter: CpuMeter) -> list[Report]:
    """Worst first. A list that has no later page is left out of what is asked of later ones."""
    resolved = [(one, await clients.resolved(one)) for one in asked]
    wanted = [(one, paths) for one, paths in resolved if paths]
    taken: list[list[float]] = [[] for _ in wanted]
    sizes = [0 for _ in wanted]
    server_ms, database_ms = [0.0 for _ in wanted], [0.0 for _ in wanted]
    for number in range(-1, rounds):
        await meter.look_around()
        for place, (ask, paths) in enumerate(wanted):
            server, database = meter.server_ms(), meter.database_ms()
            answered = await clients.timed(ask.role, paths[number % len(paths)])
            if number >= 0:  # The first round is a warm-up.
                taken[place].append(answered.took_ms)
                sizes[place] = max(sizes[place], answered.size_bytes)
                server_ms[place] += meter.server_ms() - server
                database_ms[place] += meter.database_ms() - database
    figures = [
        {
            "page": ask.page,
            "operation": ask.operation,
            "role": ask.role,
            "what": ask.what,
            "p50_ms": round(statistics.median(took), 1),
            "p95_ms": round(_p95(took), 1),
            "least_ms": round(min(took), 1),
            "max_ms": round(max(took), 1),
            "server_cpu_ms": round(server / rounds, 1),
            "database_cpu_ms": round(database / rounds, 1),
            "size_bytes": size,
        }
        for (ask, _), took, size, server, database in zip(
            wanted, taken, sizes, server_ms, database_ms, strict=True
        )
    ]
    return sorted(figures, key=lambda one: -float(one["p95_ms"]))


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


if __name__ == "__main__":
    main()
