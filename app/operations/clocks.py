"""Whether this machine's clock can be trusted, told by the kernel, by the database and by the classrooms' PCs.

Nobody outside is asked: the kernel knows whether some time service of this machine keeps its clock.
"""

import ctypes
import sys
import time
from dataclasses import dataclass

from sqlalchemy import func, select, text, true

from app.db.engine import Database
from app.db.models import Classroom, ClassroomPc, School

DATABASE_APART_MS = 2_000
"""More than the way there and back explains."""
PC_APART_MS = 120_000
SEEN_MS = 7 * 86_400_000
"""What was measured before that says nothing of today."""
_STA_UNSYNC = 0x0040
_TIME_ERROR = 5


class _Timex(ctypes.Structure):
    """`struct timex` of 64-bit Linux, adjtimex(2), up to `status`, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("max_error_us", ctypes.c_long),
        ("estimated_error_us", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


@dataclass(frozen=True, slots=True)
class Clocks:
    is_kept: bool | None
    """Whether a time service keeps this machine's clock; None: the system does not tell."""
    database_ahead_ms: int | None
    """The database server's clock against ours; None: SQLite has none of its own."""


async def read_clocks(database: Database) -> Clocks:
    return Clocks(clock_is_kept(), await database_ahead_ms(database))


def clock_is_kept() -> bool | None:
    """What the kernel says: NTP, chrony and systemd-timesyncd all tell it when they keep its clock."""
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    timex = _Timex()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (AttributeError, OSError):
        return None
    return judged(state, timex.status)


def judged(state: int, status: int) -> bool | None:
    """What adjtimex(2) answered and wrote; None where it is forbidden."""
    if state < 0:
        return None
    return state != _TIME_ERROR and not status & _STA_UNSYNC


async def database_ahead_ms(database: Database) -> int | None:
    """From one question and its answer; the error is at most half of the time that took."""
    if database.is_sqlite:
        return None
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))
        began = time.time()
        theirs = await session.scalar(text("SELECT extract(epoch FROM clock_timestamp())::float8"))
        ended = time.time()
    return round((float(theirs or 0) - (began + ended) / 2) * 1000)


async def pcs_apart(database: Database, county_id: str | None, now_ms: int) -> int:
    """How many PCs of the county's classrooms (of all counties without one) have a clock that is off."""
    within = true() if county_id is None else School.county_id == county_id
    async with database.reading() as session:
        found = await session.scalar(
            select(func.count())
            .select_from(ClassroomPc)
            .join(Classroom, Classroom.classroom_id == ClassroomPc.classroom_id)
            .join(School, School.school_id == Classroom.school_id)
            .where(
                within,
                ClassroomPc.revoked_at_ms.is_(None),
                ClassroomPc.last_seen_at_ms >= now_ms - SEEN_MS,
                func.abs(ClassroomPc.clock_ahead_ms) >= PC_APART_MS,
            )
        )
    return found or 0
