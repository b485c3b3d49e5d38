"""`python -m tests.bench.county`: fills an empty database, and says what is in it and how to sign in."""

import argparse
import asyncio
import sys
from datetime import date

from app.accounts.passwords import Passwords
from app.db.engine import Database
from app.db.migrate import migrate
from app.settings import read_settings
from tests.bench.county.seed import NotEmpty, Seeded, seed_county
from tests.bench.county.size import at_scale

PASSWORD = "plum-river-42"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.county", description=__doc__)
    parser.add_argument("--url", help="the database; that of TONGTANG_DATABASE_URL if left out")
    parser.add_argument("--scale", type=float, default=1.0, help="0.01 is one group of schools")
    parser.add_argument("--seed", type=int, default=1, help="the same number gives the same rows")
    parser.add_argument("--day", type=date.fromisoformat, default=date.today(), help="YYYY-MM-DD")
    arguments = parser.parse_args()
    try:
        seeded = asyncio.run(_fill(arguments))
    except (NotEmpty, ValueError) as refusal:
        sys.exit(str(refusal))
    for table, count in seeded.rows.items():
        print(f"{count:>10,}  {table}")
    print(f"{sum(seeded.rows.values()):>10,}  rows in {seeded.took_s:.0f} s")
    for role in ("admin", "school_admin", "teacher", "onsite"):
        person = next(one for one in seeded.places.people if one.role == role)
        print(f"{role}: {person.login} / {PASSWORD}")


async def _fill(arguments: argparse.Namespace) -> Seeded:
    size = at_scale(arguments.scale)
    database = Database(arguments.url or read_settings().resolved_database_url)
    try:
        await migrate(database)
        password_hash = await Passwords().hash(PASSWORD)
        return await seed_county(database, size, arguments.seed, arguments.day, password_hash)
    finally:
        await database.close()


if __name__ == "__main__":
    main()
