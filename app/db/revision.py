"""Whether the tables are those of this version. Loads no migration tools: every process of a server asks this."""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from app.db.engine import Database

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_REVISION = re.compile(
    r'^revision: str = "(\w+)"\ndown_revision: str \| None = (?:"(\w+)"|None)$', re.M
)
_VERSION_TABLE = table("alembic_version", column("version_num"))


class NotMigrated(Exception):
    """The database's tables are not the ones this version needs; the message says what to run."""


@cache
def revisions() -> dict[str, str]:
    """Every revision of this version, and the one before it; "" before the first."""
    scripts = sorted((MIGRATIONS / "versions").glob("*.py"))
    found = [match for path in scripts if (match := _REVISION.search(path.read_text("utf-8")))]
    return {match[1]: match[2] or "" for match in found}


def newest_revision() -> str:
    """The one that comes before no other."""
    (newest,) = revisions().keys() - set(revisions().values())
    return newest


async def check_migrated(database: Database) -> None:
    """Raise NotMigrated unless the database is at the newest revision, DatabaseUnreachable where there is none."""
    current = await current_revisions(database)
    if current == {newest_revision()}:
        return
    refuse_newer(current)
    what = "has no tables yet" if not current else "is older than this program"
    raise NotMigrated(f"the database {what}; run `make run` or `python -m app migrate`")


async def current_revisions(database: Database) -> set[str]:
    """What the database says of its tables; nothing of an empty one. Raises DatabaseUnreachable."""
    await database.check_reachable()
    async with database.engine.connect() as connection:
        return await connection.run_sync(read_revisions)


def read_revisions(connection: Connection) -> set[str]:
    """As `current_revisions`, in the transaction of `connection`."""
    if not inspect(connection).has_table(_VERSION_TABLE.name):
        return set()
    return set(connection.scalars(select(_VERSION_TABLE.c.version_num)))


def refuse_newer(current: set[str]) -> None:
    """NotMigrated if the tables were made by a newer version."""
    if not current <= revisions().keys():
        raise NotMigrated(
            "this database was made by a newer Tongtang; update the program, "
            "or set TONGTANG_DATABASE_URL or TONGTANG_DATA_DIR to another database"
        )
