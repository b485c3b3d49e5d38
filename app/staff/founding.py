"""A county on a server that has none yet, and its first administrator: from the server's own terminal."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.login import MAX_LOGIN_CHARS, normalise_login
from app.db.engine import Database
from app.db.models import Classroom, County, Login, RoleGrant, School, User
from app.db.revision import check_migrated
from app.errors import Conflict, InvalidInput
from app.ids import new_id
from app.settings import Settings
from app.staff.people import NO_PASSWORD, LoginTaken
from app.staff.rescue import invite

MAX_NAME_CHARS = 120
SIMULATED = (
    ("模拟学校", "Simulated school"),
    (("模拟教室一", "Simulated classroom 1"), ("模拟教室二", "Simulated classroom 2")),
)
"""A school and its classrooms, for rehearsals."""


class CountyTaken(Conflict):
    code = "county_taken"


async def found(settings: Settings, county: str, name: str, login: str, now_ms: int) -> str:
    """The token of the link by which the administrator chooses a password.

    CountyTaken, LoginTaken, InvalidInput, NotMigrated, DatabaseUnreachable.
    """
    county, name, login = county.strip(), name.strip(), normalise_login(login)
    for given, most in ((county, MAX_NAME_CHARS), (name, MAX_NAME_CHARS), (login, MAX_LOGIN_CHARS)):
        if not 1 <= len(given) <= most:
            raise InvalidInput(f"county, name and login have 1 to {most} characters")
    database = Database(settings.resolved_database_url)
    try:
        await check_migrated(database)
        async with database.transaction() as session:
            if await session.scalar(select(exists().where(County.name == county))):
                raise CountyTaken(f"there is a county {county} on this server already")
            if await session.get(Login, login) is not None:
                raise LoginTaken(f"somebody signs in with {login} already")
            await _add(session, county, name, login, now_ms)
    finally:
        await database.close()
    return await invite(settings, login, now_ms)


async def _add(session: AsyncSession, county: str, name: str, login: str, now_ms: int) -> None:
    county_id, user_id, school_id = new_id("cou"), new_id("usr"), new_id("sch")
    (school, school_en), classrooms = SIMULATED
    user = User(
        user_id=user_id,
        county_id=county_id,
        name=name,
        password_hash=NO_PASSWORD,
        created_at_ms=now_ms,
    )
    for rows in (
        [County(county_id=county_id, name=county)],
        [
            School(
                school_id=school_id,
                county_id=county_id,
                name=school,
                name_en=school_en,
                is_simulated=True,
            ),
            user,
        ],
        [RoleGrant(user_id=user_id, role="admin"), Login(login=login, user_id=user_id)],
        [
            Classroom(
                classroom_id=new_id("cls"),
                school_id=school_id,
                name=room,
                name_en=room_en,
                is_simulated=True,
            )
            for room, room_en in classrooms
        ],
    ):
        session.add_all(rows)
        await session.flush()
