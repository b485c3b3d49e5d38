"""Admins of a school, added to the small county where a test is about them."""

from app.caller import StaffRole
from app.db.engine import Database
from app.db.models import RoleGrant, User
from app.ids import UserId
from tests.support.clock import START_MS
from tests.support.county import SmallCounty

SCHOOL_ADMIN = UserId("usr_school_admin")
"""Of `sch_1`, the school of classrooms 1 and 2."""


async def add_person(
    database: Database, county: SmallCounty, user_id: UserId, school_id: str, *roles: StaffRole
) -> UserId:
    async with database.transaction() as session:
        session.add(
            User(
                user_id=user_id,
                county_id=county.county_id,
                school_id=school_id,
                name=user_id,
                password_hash="",
                created_at_ms=START_MS,
            )
        )
        await session.flush()
        session.add_all(RoleGrant(user_id=user_id, role=role) for role in roles)
    return user_id


async def add_school_admin(database: Database, county: SmallCounty) -> UserId:
    return await add_person(database, county, SCHOOL_ADMIN, "sch_1", "school_admin")
