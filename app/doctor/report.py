"""`doctor`: says in words whether this machine can serve, and what to do where it cannot."""

import asyncio
import difflib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.db.engine import Database, DatabaseUnreachable
from app.db.revision import NotMigrated, check_migrated
from app.doctor.finding import Finding
from app.doctor.network import examine_network
from app.doctor.upkeep import examine_certificates, examine_clock, examine_tables
from app.settings import PREFIX, Settings

MIN_PYTHON = (3, 11)
MIN_NODE = (20, 19)
MIN_FREE_BYTES = 2 * 1024**3
IS_CURRENT = Finding("the database is up to date")
PAGES = Path(__file__).resolve().parents[2] / "web" / "dist" / "index.html"


def doctor(settings: Settings) -> int:
    """Print the report; 1 when something keeps `serve` from starting."""
    findings = list(examine(settings))
    for finding in findings:
        mark = "ok  " if not finding.fix else ("STOP" if finding.is_fatal else "note")
        print(f"{mark}  {finding.text}")
        if finding.fix:
            print(f"      -> {finding.fix}")
    return 1 if any(finding.is_fatal for finding in findings) else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything `serve` and `make run` depend on."""
    yield _python()
    yield _node()
    yield from _unknown_settings(os.environ)
    yield from _storage(settings)
    database = _database(settings)
    yield database
    if database is IS_CURRENT:
        yield from examine_tables(settings)
    yield from examine_network(settings)
    yield from examine_certificates(settings)
    yield from examine_clock()


def _python() -> Finding:
    text = f"Python {platform.python_version()}"
    if sys.version_info[:2] < MIN_PYTHON:
        return Finding(text, "install Python 3.11 or newer", is_fatal=True)
    return Finding(text)


def _node() -> Finding:
    built = "the web pages are built" if PAGES.is_file() else "the web pages are not built yet"
    node = shutil.which("node")
    if node is None:
        return Finding(
            f"no Node.js; {built}"
            + ("" if PAGES.is_file() else " ('make run' brings a Node.js of its own)")
        )
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    number = version.stdout.strip().removeprefix("v")
    try:
        is_old = tuple(int(part) for part in number.split(".")[:2]) < MIN_NODE
    except ValueError:
        is_old = True
    note = " (too old for the build: 'make run' brings its own)" if is_old else ""
    return Finding(f"Node.js {number or 'of unknown version'}{note}; {built}")


def _unknown_settings(environment: Iterable[str]) -> Iterator[Finding]:
    """Names that are nearly a setting's: nothing else would tell of a slip of the pen."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in known:
            continue
        for meant in difflib.get_close_matches(name, known, n=1, cutoff=0.85):
            yield Finding(f"{name} is not a setting and has no effect", f"{meant} may be meant")


def _storage(settings: Settings) -> Iterator[Finding]:
    place = settings.data_dir.resolve()
    existing = next(path for path in (place, *place.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        yield Finding(
            f"{existing} cannot be written",
            "give this user the folder, or set TONGTANG_DATA_DIR to another",
            is_fatal=True,
        )
        return
    free = shutil.disk_usage(existing).free
    text = f"data in {place}, {free / 1024**3:.1f} GiB free"
    if free < MIN_FREE_BYTES:
        yield Finding(text, "make room: an hour of recording takes about 0.7 GiB per camera")
    else:
        yield Finding(text)


def _database(settings: Settings) -> Finding:
    url = settings.resolved_database_url
    if url.startswith("sqlite"):
        path = Path(url.partition("///")[2])
        if not path.exists():
            return Finding("no database yet", "'make run' makes it, or 'python -m app migrate'")
    try:
        asyncio.run(_check_migrated(url))
    except NotMigrated as error:
        return Finding("the database does not fit this version", str(error), is_fatal=True)
    except DatabaseUnreachable as error:
        return Finding(error.what, error.fix, is_fatal=True)
    return IS_CURRENT


async def _check_migrated(url: str) -> None:
    database = Database(url)
    try:
        await check_migrated(database)
    finally:
        await database.close()
