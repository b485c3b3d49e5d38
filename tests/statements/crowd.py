"""Around some lessons, their recordings and the people who look at them: much of what a list may be long with."""

from collections.abc import Iterator

from app.accounts.digest import digest
from app.db.models import (
    Deck,
    DeckPage,
    Deletion,
    JournalRow,
    LedgerCorrection,
    RecordingTrack,
    Session,
    ShareLink,
    Term,
    WatchProgress,
)
from tests.bench.county.places import COUNTY_ID, DAY_MS
from tests.bench.county.rows import Rows, id_of
from tests.bench.county.timetable import Lesson
from tests.bench.pages.asks import Cast, Role

SHA = "0" * 64
SIGNED_IN: tuple[Role, ...] = ("admin", "school_admin", "teacher", "onsite")


def token_of(role: Role) -> str:
    """Of the first session of whoever has this role."""
    return f"token of {role}"


def crowd(cast: Cast, count: int) -> Iterator[Rows]:
    """`count` of each, around what each role is asked for first."""
    numbers = range(count)
    yield Rows(
        Session,
        ("session_id", "token_sha256", "user_id", "kind", "created_at_ms", "expires_at_ms"),
        (
            (
                f"ses_{role}_{number}",
                digest(token_of(role) if number == 0 else f"{role} {number}"),
                cast.person(role).id,
                "bearer",
                cast.now_ms,
                cast.now_ms + DAY_MS,
            )
            for role in SIGNED_IN
            for number in numbers
        ),
    )
    yield Rows(
        Term,
        ("term_id", "county_id", "name", "first_day", "last_day", "time_zone"),
        (
            (f"trm_{n}", COUNTY_ID, f"term {n}", "2020-03-01", "2020-07-01", "Asia/Shanghai")
            for n in numbers
        ),
    )
    for lesson in _lessons(cast):
        yield from _of_lesson(cast, lesson, numbers)


def _lessons(cast: Cast) -> list[Lesson]:
    first = [found[0] for role in SIGNED_IN for found in (cast.lessons_of(role), cast.recorded_of(role))]  # fmt: skip
    return list({one.id: one for one in first}.values())


def _of_lesson(cast: Cast, lesson: Lesson, numbers: range) -> Iterator[Rows]:
    key, now_ms, lead_id = f"{lesson.number}_{{}}", cast.now_ms, lesson.course.lead.id
    recording_id = id_of("rec", lesson.number)
    people = cast.places.people
    yield Rows(
        Deck,
        (
            "deck_id", "lesson_id", "name", "format", "state", "page_count", "size_bytes", "sha256", "uploaded_by",
            "uploaded_at_ms",
        ),
        (
            ("dck_" + key.format(n), lesson.id, f"{n}.pdf", "pdf", "ready", 1, 1, SHA, lead_id, now_ms)
            for n in numbers
        ),
    )  # fmt: skip
    yield Rows(
        DeckPage,
        ("deck_id", "number", "width", "height", "renditions"),
        (("dck_" + key.format(n), 1, 1, 1, {}) for n in numbers),
    )
    yield Rows(
        JournalRow,
        ("lesson_id", "seq", "type", "data", "at_ms", "mono_ns"),
        ((lesson.id, n + 1, "room.heartbeat", {}, now_ms, n) for n in numbers),
    )
    yield Rows(
        LedgerCorrection,
        ("correction_id", "seat_id", "at_ms", "user_id", "what", "before", "after", "reason"),
        (
            ("lco_" + key.format(n), lesson.seat_id(0), now_ms, people[n].id, "excused", "no", "yes", "why")
            for n in numbers
        ),
    )  # fmt: skip
    # How many the county itself has depends on the day of the week.
    yield Rows(
        Deletion,
        (
            "deletion_id", "at_ms", "county_id", "reason", "user_id", "lesson_id", "recording_id", "object_keys",
            "size_bytes",
        ),
        (
            (
                "del_" + key.format(n), now_ms, COUNTY_ID, "by_hand", cast.places.admin.id, lesson.id, recording_id,
                [f"recordings/{n}"], 1,
            )
            for n in numbers
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
                "trk_" + key.format(n), recording_id, lesson.seat_id(n % len(lesson.course.classrooms)), "camera",
                "vp8", "video/webm", n, 1, 1, 1, f"recordings/{n}", 1, SHA, "reports", False,
            )
            for n in numbers
        ),
    )  # fmt: skip
    yield Rows(
        ShareLink,
        ("link_id", "recording_id", "token_sha256", "created_by", "created_at_ms", "expires_at_ms"),
        (
            ("lnk_" + key.format(n), recording_id, digest(key.format(n)), lead_id, now_ms, now_ms + DAY_MS)
            for n in numbers
        ),
    )  # fmt: skip
    watchers = [one for one in people if one not in (lesson.course.lead, lesson.course.assistant)]
    yield Rows(
        WatchProgress,
        ("recording_id", "user_id", "position_ms", "seconds", "watched_s", "first_at_ms", "last_at_ms"),
        ((recording_id, watchers[n].id, 1, b"\x01", 1, now_ms, now_ms) for n in numbers),
    )  # fmt: skip
