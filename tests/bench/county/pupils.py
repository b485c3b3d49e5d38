"""Pupils, the rosters they are on, and what was answered for them."""

from collections.abc import Iterator

from app.db.consent import PUBLIC, PURPOSES, RECORDED
from app.db.models import PastRosterEntry, Pupil, PupilConsent, RosterEntry
from tests.bench.county import names
from tests.bench.county.places import DAY_MS, NAMES_OF_SEED, Places
from tests.bench.county.rows import Rows, id_of

REFUSING = 10
"""One classroom in so many has a pupil who may not be recorded."""
MOVED = 20
"""One pupil in so many came from another classroom."""


def pupil_id(classroom: int, position: int, per_classroom: int) -> str:
    return id_of("pup", classroom * per_classroom + position)


def pupil_rows(places: Places, now_ms: int) -> Iterator[Rows]:
    count, began_ms = places.size.pupils, now_ms - 250 * DAY_MS
    first = (places.seed + 1) * NAMES_OF_SEED
    seats = [(one, position) for one in places.classrooms for position in range(count)]
    yield Rows(
        Pupil,
        ("pupil_id", "school_id", "number", "name"),
        (
            (
                pupil_id(one.number, position, count),
                one.school.id,
                f"2026{one.number % places.size.classrooms + 1:02d}{position + 1:02d}",
                names.person(first + one.number * count + position),
            )
            for one, position in seats
        ),
    )
    yield Rows(
        RosterEntry,
        ("classroom_id", "pupil_id", "joined_at_ms"),
        ((one.id, pupil_id(one.number, position, count), began_ms) for one, position in seats),
    )
    yield Rows(
        PastRosterEntry,
        ("classroom_id", "pupil_id", "joined_at_ms", "left_at_ms"),
        (
            (
                places.classrooms[one.number - 1].id,
                pupil_id(one.number, position, count),
                began_ms - 100 * DAY_MS,
                began_ms,
            )
            for one, position in seats
            if one.number % places.size.classrooms and position % MOVED == MOVED - 1
        ),
    )
    yield Rows(
        PupilConsent,
        ("pupil_id", "purpose", "is_granted", "entered_by", "entered_at_ms"),
        (
            (
                pupil_id(one.number, position, count),
                purpose,
                _agrees(one.number, position, purpose),
                places.admin.id,
                began_ms,
            )
            for one, position in seats
            for purpose in PURPOSES
        ),
    )


def _agrees(classroom: int, position: int, purpose: str) -> bool:
    if position == 0 and classroom % REFUSING == 0:
        return False
    # Nobody of every second classroom refuses the widest purpose, and somebody of each other.
    return purpose == RECORDED or purpose != PUBLIC or position > 0 or classroom % 2 == 0
