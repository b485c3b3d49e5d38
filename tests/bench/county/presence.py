"""Who was there: attendance, the ledger with its causes, roll calls."""

from collections.abc import Iterator
from typing import Any

from app.attendance.ledger.causes import CAUSES, Cause
from app.db.models import (
    AttendanceProgress,
    AttendanceRow,
    AttendanceSpan,
    LedgerCorrection,
    LedgerEntry,
    RollCall,
    RollCallMark,
)
from tests.bench.county.places import Places
from tests.bench.county.pupils import pupil_id
from tests.bench.county.rows import Rows, id_of
from tests.bench.county.timetable import LESSON_S, Fate, Lesson, Timetable

EARLY_MS = 180_000
"""Everybody is in the room so long before the lesson."""
LAST_SEQ = 40
"""Of a journal that was folded: the numbers are kept, the journal is not made."""
EXCUSED, CORRECTED = 40, 200
"""One entry in so many."""
_MARKS = ("present",) * 36 + ("absent", "late", "excused", "left_early")
_CAUSE: dict[int, Cause] = {
    Fate.LATE: "classroom_away",
    Fate.LEFT_EARLY: "classroom_away",
    Fate.CUT: "link",
    Fate.POWER: "power",
}


def presence_rows(places: Places, timetable: Timetable) -> Iterator[Rows]:
    yield Rows(
        AttendanceProgress,
        ("lesson_id", "seq", "last_alive_ms", "started_at_ms", "ended_at_ms"),
        ((one.id, LAST_SEQ, one.ends_at_ms, one.started_at_ms, one.ends_at_ms) for one in timetable.held),
    )  # fmt: skip
    yield Rows(
        AttendanceRow,
        (
            "lesson_id", "participant_id", "role", "user_id", "classroom_id", "first_joined_at_ms", "last_left_at_ms",
            "present_ms", "cuts", "cut_ms",
        ),
        (row for one in timetable.held for row in _attendance(one)),
    )  # fmt: skip
    yield Rows(
        AttendanceSpan,
        ("lesson_id", "participant_id", "position", "from_ms", "to_ms", "ended_by"),
        (
            (row[0], row[1], 0, row[5], row[6], "left" if row[6] < one.ends_at_ms else "lesson_ended")
            for one in timetable.held
            for row in _attendance(one)
        ),
    )  # fmt: skip
    yield from _ledger_rows(places, timetable)
    yield from _roll_call_rows(places, timetable)


def missed_s(lesson: Lesson, position: int) -> dict[Cause, int]:
    """Of one seat: the causes together are less than the lesson, or all of it."""
    late_s = lesson.teacher_late_s
    fate = lesson.fates[position]
    missed: dict[Cause, int] = {"teacher_late": late_s} if late_s else {}
    if fate == Fate.AWAY:
        missed["classroom_away"] = LESSON_S - late_s
    elif fate != Fate.WHOLE:
        longest = 240 if fate == Fate.CUT else 900
        missed[_CAUSE[fate]] = 60 + lesson.seat_number(position) * 37 % longest
    return missed


def _attendance(lesson: Lesson) -> Iterator[tuple[Any, ...]]:
    course, begins_ms, ends_ms = lesson.course, lesson.starts_at_ms, lesson.ends_at_ms
    from_ms, whole_ms = begins_ms - EARLY_MS, ends_ms - lesson.started_at_ms
    lead_from_ms = max(from_ms, lesson.started_at_ms - 10_000)
    for place, person, joined_ms in (
        (lesson.lead_place, course.lead, lead_from_ms),
        (lesson.assistant_place, course.assistant, from_ms),
    ):
        role = place.partition("_")[0]
        yield (lesson.id, place, role, person.id, None, joined_ms, ends_ms, whole_ms, 0, 0)
    for position, room in enumerate(course.classrooms):
        fate = lesson.fates[position]
        if fate == Fate.AWAY:
            continue
        lost_ms = sum(missed_s(lesson, position).values()) * 1000
        cut_ms = lost_ms - lesson.teacher_late_s * 1000 if fate in (Fate.CUT, Fate.POWER) else 0
        yield (
            lesson.id,
            lesson.seat_id(position),
            "classroom",
            None,
            room.id,
            begins_ms + lost_ms if fate == Fate.LATE else from_ms,
            ends_ms - lost_ms if fate == Fate.LEFT_EARLY else ends_ms,
            LESSON_S * 1000 - lost_ms,
            int(cut_ms > 0),
            cut_ms,
        )


def _ledger_rows(places: Places, timetable: Timetable) -> Iterator[Rows]:
    yield Rows(
        LedgerEntry,
        (
            "seat_id", "planned_s", "delivered_s", "extra_s", "is_late", "left_early", "is_excused",
            *(f"{cause}_s" for cause in CAUSES),
        ),
        (
            _entry(one, position)
            for one in timetable.held
            for position in range(len(one.course.classrooms))
        ),
    )  # fmt: skip
    yield Rows(
        LedgerCorrection,
        ("correction_id", "seat_id", "at_ms", "user_id", "what", "before", "after", "reason"),
        (
            (
                id_of("lco", one.seat_number(position)), one.seat_id(position), one.ends_at_ms + 3_600_000,
                places.admin.id, "excused", "no", "yes", "学校停课检修",
            )
            for one in timetable.held
            for position in range(len(one.course.classrooms))
            if one.seat_number(position) % CORRECTED == 0
        ),
    )  # fmt: skip


def _entry(lesson: Lesson, position: int) -> tuple[Any, ...]:
    missed, fate = missed_s(lesson, position), lesson.fates[position]
    return (
        lesson.seat_id(position),
        LESSON_S,
        LESSON_S - sum(missed.values()),
        0,
        fate == Fate.LATE,
        fate == Fate.LEFT_EARLY,
        fate != Fate.WHOLE and lesson.seat_number(position) % EXCUSED == 0,
        *(missed.get(cause, 0) for cause in CAUSES),
    )


def _roll_call_rows(places: Places, timetable: Timetable) -> Iterator[Rows]:
    count = places.size.pupils
    called = [
        (one, position)
        for one in timetable.held
        for position, fate in enumerate(one.fates)
        if fate != Fate.AWAY
    ]
    yield Rows(
        RollCall,
        ("seat_id", "typed_count", "saved_at_ms", "heads", "absent", "excused"),
        (
            (one.seat_id(position), typed, one.starts_at_ms + 300_000, *_sums(one, typed, count))
            for one, position in called
            for typed in [None if _is_by_name(places, one, position) else count - one.number % 4]
        ),
    )
    yield Rows(
        RollCallMark,
        ("seat_id", "pupil_id", "mark"),
        (
            (
                one.seat_id(position),
                pupil_id(one.course.classrooms[position].number, pupil, count),
                _mark(one, pupil),
            )
            for one, position in called
            if _is_by_name(places, one, position)
            for pupil in range(count)
        ),
    )


def _mark(lesson: Lesson, pupil: int) -> str:
    return _MARKS[(lesson.number + pupil * 7) % len(_MARKS)]


def _sums(lesson: Lesson, typed: int | None, pupils: int) -> tuple[int, int, int]:
    """Who is there, absent and excused, as a roll call keeps it beside its marks."""
    if typed is not None:
        return typed, 0, 0
    marks = [_mark(lesson, pupil) for pupil in range(pupils)]
    absent, excused = marks.count("absent"), marks.count("excused")
    return pupils - absent - excused, absent, excused


def _is_by_name(places: Places, lesson: Lesson, position: int) -> bool:
    return lesson.course.group == 0 or lesson.seat_number(position) % places.size.unnamed == 0
