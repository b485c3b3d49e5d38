"""What a term leaves behind: recordings and who watched them, the logs of changes and of looks, deletions."""

from collections.abc import Iterator
from typing import Any

from app.db.models import (
    AccessLogEntry,
    AuditEntry,
    Deletion,
    LibraryEntry,
    Recording,
    RecordingTrack,
    ShareLink,
    WatchProgress,
)
from tests.bench.county.places import COUNTY_ID, DAY_MS, Person, Places
from tests.bench.county.rows import Rows, id_of
from tests.bench.county.timetable import LESSON_S, Lesson, Timetable

PUBLISHED, LINKED, WATCHED, DELETED = 4, 20, 10, 50
"""One recording in so many."""
_TRACKS = (("camera", "vp8", "video/webm", 1280, 720), ("microphone", "opus", "audio/webm", 0, 0))
"""Of the lead and of the first classroom."""
_SHA = "0" * 64
_MANIFEST = {
    "duration_ms": LESSON_S * 1000,
    "stage": [],
    "chapters": [{"at_ms": 0, "kind": "started", "participant_id": None}],
    "gaps": [],
}
_CHANGES = (
    "lesson.moved", "lesson.substituted", "staff.changed", "roster.imported", "consent.entered", "ledger.corrected",
)  # fmt: skip
_LOOKS = ("attendance.viewed", "roll_call.viewed", "lesson.viewed")


def trace_rows(places: Places, timetable: Timetable, now_ms: int) -> Iterator[Rows]:
    recorded = [one for one in timetable.held if one.course.is_recorded]
    yield from _recording_rows(recorded, places.size.interrupted)
    yield from _sharing_rows(places, recorded, now_ms)
    admins = {one.school: one for one in places.people if one.role == "school_admin"}
    yield Rows(
        AuditEntry,
        ("entry_id", "county_id", "school_id", "at_ms", "user_id", "action", "subject_id", "details"),
        (_change(one, admins[one.course.lead.school]) for one in timetable.lessons),
    )  # fmt: skip
    yield Rows(
        AccessLogEntry,
        ("access_id", "at_ms", "user_id", "action", "lesson_id", "subject_id"),
        (look for one in timetable.held for look in _looks(one)),
    )


def _recording_id(lesson: Lesson) -> str:
    return id_of("rec", lesson.number)


def _recording_rows(recorded: list[Lesson], interrupted: int) -> Iterator[Rows]:
    yield Rows(
        Recording,
        (
            "recording_id", "lesson_id", "state", "started_at_ms", "duration_ms", "size_bytes", "manifest", "lost_ms",
            "changed_at_ms",
        ),
        (
            (
                _recording_id(one), one.id, "available", one.started_at_ms, LESSON_S * 1000, 600_000_000, _MANIFEST,
                30_000 if number % interrupted == 0 else 0, one.ends_at_ms,
            )
            for number, one in enumerate(recorded)
        ),
    )  # fmt: skip
    yield Rows(
        RecordingTrack,
        (
            "track_id", "recording_id", "participant_id", "source", "codec", "mime", "starts_ms", "duration_ms",
            "width", "height", "object_key", "size_bytes", "sha256", "aligned_by", "is_recovered",
        ),
        (
            (
                id_of("trk", one.number * 4 + place * 2 + track), _recording_id(one), participant, source, codec, mime,
                0, LESSON_S * 1000, width, height, f"recordings/{_recording_id(one)}/{place}-{source}.webm",
                150_000_000, _SHA, "reports", False,
            )
            for one in recorded
            for place, participant in enumerate((one.lead_place, one.seat_id(0)))
            for track, (source, codec, mime, width, height) in enumerate(_TRACKS)
        ),
    )  # fmt: skip


def _sharing_rows(places: Places, recorded: list[Lesson], now_ms: int) -> Iterator[Rows]:
    yield Rows(
        LibraryEntry,
        ("recording_id", "published_by", "published_at_ms"),
        (
            (_recording_id(one), one.course.lead.id, one.ends_at_ms + DAY_MS)
            for one in recorded[::PUBLISHED]
        ),
    )
    yield Rows(
        ShareLink,
        ("link_id", "recording_id", "token_sha256", "created_by", "created_at_ms", "expires_at_ms"),
        (
            (
                id_of("lnk", one.number), _recording_id(one), f"{one.number:064x}", one.course.lead.id,
                one.ends_at_ms + DAY_MS, now_ms + 7 * DAY_MS,
            )
            for one in recorded[::LINKED]
        ),
    )  # fmt: skip
    yield Rows(
        WatchProgress,
        (
            "recording_id", "user_id", "position_ms", "seconds", "watched_s", "first_at_ms", "last_at_ms",
        ),
        (
            (
                _recording_id(one), person.id, 480_000, b"\xff" * 60, 480, one.ends_at_ms + DAY_MS,
                one.ends_at_ms + 2 * DAY_MS,
            )
            for one in recorded[::WATCHED]
            for person in (one.course.lead, one.course.assistant)
        ),
    )  # fmt: skip
    yield Rows(
        Deletion,
        (
            "deletion_id", "at_ms", "county_id", "reason", "user_id", "lesson_id", "recording_id", "object_keys",
            "size_bytes",
        ),
        (
            (
                id_of("del", one.number), one.ends_at_ms + 30 * DAY_MS, COUNTY_ID, "by_hand", places.admin.id, one.id,
                _recording_id(one), ["a classroom's track"], 150_000_000,
            )
            for one in recorded[::DELETED]
        ),
    )  # fmt: skip


def _change(lesson: Lesson, admin: Person) -> tuple[Any, ...]:
    action = _CHANGES[lesson.number % len(_CHANGES)]
    room = lesson.course.classrooms[0]
    subject_id = {
        "staff.changed": lesson.course.lead.id,
        "roster.imported": room.id,
        "consent.entered": room.id,
    }.get(action, lesson.id)
    school_id = admin.school.id if admin.school else None
    at_ms = lesson.starts_at_ms - 30 * DAY_MS
    return (
        id_of("aud", lesson.number),
        COUNTY_ID,
        school_id,
        at_ms,
        admin.id,
        action,
        subject_id,
        {},
    )


def _looks(lesson: Lesson) -> Iterator[tuple[Any, ...]]:
    for number, action in enumerate(_LOOKS):
        subject_id = lesson.seat_id(0) if action == "roll_call.viewed" else lesson.id
        yield (
            id_of("acc", lesson.number * len(_LOOKS) + number),
            lesson.ends_at_ms + number * 60_000,
            (lesson.course.lead, lesson.course.assistant)[number % 2].id,
            action,
            lesson.id,
            subject_id,
        )
