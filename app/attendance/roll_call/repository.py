"""Rolls as rows: read one or a lesson's, write what changed and what that replaced."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.roll_call.roll import (
    MAX_PUPILS,
    ListedPupil,
    PupilMark,
    Roll,
    SeatRoll,
    replaced,
)
from app.db.models import (
    Pupil,
    RollCall,
    RollCallCorrection,
    RollCallMark,
    RosterEntry,
    Seat,
    User,
)
from app.errors import Conflict
from app.ids import LessonId, PupilId, SeatId, UserId, new_id

MAX_CORRECTIONS = 2_000
"""Of one roll."""
SHOWN_CORRECTIONS = 100


@dataclass(frozen=True, slots=True)
class Correction:
    pupil_id: PupilId | None
    at_ms: int
    by: str
    """Who is signed in; empty: a screen of the classroom."""
    before: str
    after: str | None
    reason: str


async def lock_seat(session: AsyncSession, seat_id: SeatId) -> None:
    """Who saves the same roll now waits for the end of this transaction."""
    await session.execute(
        select(Seat.seat_id).where(Seat.seat_id == seat_id).with_for_update(key_share=True)
    )


async def load_roll(session: AsyncSession, seat_id: SeatId) -> Roll:
    """The empty one where the roll was not called."""
    found = await session.get(RollCall, seat_id)
    if found is None:
        return Roll()
    rows = await session.scalars(select(RollCallMark).where(RollCallMark.seat_id == seat_id))
    return Roll({PupilId(row.pupil_id): _mark(row) for row in rows}, found.typed_count)


async def load_rolls(session: AsyncSession, lesson_id: LessonId) -> dict[SeatId, SeatRoll]:
    """Of every seat of the lesson."""
    size = (
        select(func.count())
        .where(RosterEntry.classroom_id == Seat.classroom_id)
        .correlate(Seat)
        .scalar_subquery()
    )
    seats = (
        await session.execute(select(Seat.seat_id, size).where(Seat.lesson_id == lesson_id))
    ).all()
    rolls = await rolls_of(session, [SeatId(seat_id) for seat_id, _ in seats])
    return {
        SeatId(seat_id): SeatRoll(rolls.get(SeatId(seat_id), Roll()), size or 0)
        for seat_id, size in seats
    }


async def rolls_of(session: AsyncSession, seat_ids: Sequence[SeatId]) -> dict[SeatId, Roll]:
    """Of those seats whose roll was called."""
    called = await session.scalars(select(RollCall).where(RollCall.seat_id.in_(seat_ids)))
    marks: dict[str, dict[PupilId, PupilMark]] = {}
    for row in await session.scalars(
        select(RollCallMark).where(RollCallMark.seat_id.in_(seat_ids))
    ):
        marks.setdefault(row.seat_id, {})[PupilId(row.pupil_id)] = _mark(row)
    return {
        SeatId(roll.seat_id): Roll(marks.get(roll.seat_id, {}), roll.typed_count) for roll in called
    }


async def save_roll(
    session: AsyncSession,
    seat_id: SeatId,
    before: Roll,
    after: Roll,
    *,
    by: UserId | None,
    reason: str,
    now_ms: int,
) -> None:
    """Write what changed, and a correction for each value that stood. Conflict `too_many_corrections`."""
    await session.merge(
        RollCall(
            seat_id=seat_id,
            typed_count=after.typed_count,
            saved_at_ms=now_ms,
            heads=after.head_count or 0,
            absent=after.count("absent"),
            excused=after.count("excused"),
        )
    )
    await session.flush()
    for pupil_id, mark in after.marks.items():
        if before.marks.get(pupil_id) != mark:
            await session.merge(RollCallMark(seat_id=seat_id, pupil_id=pupil_id, mark=mark))
    gone = before.marks.keys() - after.marks.keys()
    await session.execute(
        delete(RollCallMark).where(RollCallMark.seat_id == seat_id, RollCallMark.pupil_id.in_(gone))
    )
    corrections = replaced(before, after)
    if not corrections:
        return
    known = select(func.count()).where(RollCallCorrection.seat_id == seat_id)
    if (await session.scalar(known) or 0) + len(corrections) > MAX_CORRECTIONS:
        raise Conflict("this roll was corrected too often", code="too_many_corrections")
    session.add_all(
        RollCallCorrection(
            correction_id=new_id("cor"),
            seat_id=seat_id,
            pupil_id=one.pupil_id,
            at_ms=now_ms,
            user_id=by,
            before=one.before,
            after=one.after,
            reason=reason,
        )
        for one in corrections
    )


async def load_pupils(
    session: AsyncSession, seat_ids: Collection[SeatId]
) -> dict[SeatId, list[ListedPupil]]:
    """Of each seat by number: the roster of its classroom as it stands, and whoever was marked there."""
    on_roster = (
        select(Seat.seat_id, RosterEntry.pupil_id)
        .join(RosterEntry, RosterEntry.classroom_id == Seat.classroom_id)
        .where(Seat.seat_id.in_(seat_ids))
    )
    marked = select(RollCallMark.seat_id, RollCallMark.pupil_id).where(
        RollCallMark.seat_id.in_(seat_ids)
    )
    listed = on_roster.union(marked).subquery()
    rows = await session.execute(
        select(listed.c.seat_id, Pupil)
        .join(Pupil, Pupil.pupil_id == listed.c.pupil_id)
        .order_by(Pupil.number.is_(None), Pupil.number, Pupil.pupil_id)
    )
    pupils: dict[SeatId, list[ListedPupil]] = {seat_id: [] for seat_id in seat_ids}
    for seat_id, row in rows:
        if len(pupils[seat_id]) < MAX_PUPILS:
            pupils[seat_id].append(ListedPupil(PupilId(row.pupil_id), row.number, row.name))
    return pupils


async def load_corrections(session: AsyncSession, seat_id: SeatId) -> Sequence[Correction]:
    """The newest first."""
    rows = await session.execute(
        select(RollCallCorrection, User.name)
        .outerjoin(User, User.user_id == RollCallCorrection.user_id)
        .where(RollCallCorrection.seat_id == seat_id)
        .order_by(RollCallCorrection.at_ms.desc(), RollCallCorrection.correction_id)
        .limit(SHOWN_CORRECTIONS)
    )
    return [
        Correction(
            None if row.pupil_id is None else PupilId(row.pupil_id),
            row.at_ms,
            name or "",
            row.before,
            row.after,
            row.reason,
        )
        for row, name in rows
    ]


def _mark(row: RollCallMark) -> PupilMark:
    return cast("PupilMark", row.mark)
