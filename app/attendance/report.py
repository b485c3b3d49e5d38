"""The attendance sheet of one lesson. Pure: names and the present moment are arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.attendance.roll_call.in_report import PupilRow, RolledLesson, RollRow
from app.attendance.spans import Attendance, Presence, Span, closed_at_last_sign_of_life
from app.ids import LessonId, ParticipantId, SchoolId, UserId
from app.rooms.state import Role

TOLERANCE_MS = 5 * 60_000
"""Nobody is late, or left early, by less than this."""

_ROLE_ORDER = (Role.LEAD, Role.CLASSROOM, Role.ASSISTANT, Role.OBSERVER)


class ReportLesson(RolledLesson, Protocol):
    """What the sheet says about the lesson itself, as its viewer may see it."""

    @property
    def lesson_id(self) -> LessonId: ...
    @property
    def title(self) -> str: ...
    @property
    def planned_start_ms(self) -> int: ...
    @property
    def planned_end_ms(self) -> int: ...
    @property
    def is_over(self) -> bool: ...
    @property
    def only_school(self) -> SchoolId | None:
        """The school whose people this viewer may see; None: everybody."""
        ...


class Watcher(Protocol):
    """Somebody who watched the lesson's replay."""

    @property
    def user_id(self) -> UserId: ...
    @property
    def name(self) -> str: ...
    @property
    def school_id(self) -> SchoolId | None: ...
    @property
    def school(self) -> str: ...
    @property
    def watched_s(self) -> int:
        """Different seconds of the replay."""
        ...

    @property
    def last_at_ms(self) -> int: ...


class WatchedReplay(Protocol):
    """The lesson's replay and who watched it."""

    @property
    def length_s(self) -> int: ...
    @property
    def watchers(self) -> Sequence[Watcher]: ...


@dataclass(frozen=True, slots=True)
class SheetRow:
    participant_id: ParticipantId
    role: Role
    name: str
    school: str
    first_joined_ms: int
    last_left_ms: int | None
    present_ms: int
    """Time in the lesson, from its start on; short cuts included."""
    is_late: bool
    left_early: bool
    cuts: int
    cut_ms: int
    is_present_now: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    lesson: ReportLesson
    started_ms: int | None
    ended_ms: int | None
    rows: tuple[SheetRow, ...]
    replay_length_s: int | None
    """None: there is no replay."""
    watchers: tuple[Watcher, ...]
    rolls: tuple[RollRow, ...] = ()
    """The roll call of each classroom that the viewer may see, by school."""
    pupils: tuple[PupilRow, ...] = ()
    """Those whom the viewer may know by name."""


def build_sheet(
    lesson: ReportLesson,
    attendance: Attendance,
    staff: Mapping[UserId, tuple[str, str]],
    replay: WatchedReplay | None,
    now_ms: int,
) -> Sheet:
    """Lead first, then the classrooms by school, then other staff; who watched the replay as it comes."""
    if lesson.is_over:
        attendance = closed_at_last_sign_of_life(attendance)
    rows = [
        _row(presence, lesson, attendance, staff, now_ms)
        for presence in attendance.presences.values()
        if lesson.only_seats is None
        or presence.role is Role.LEAD
        or presence.participant_id in lesson.only_seats
    ]
    rows.sort(key=lambda row: (_ROLE_ORDER.index(row.role), row.school, row.name))
    watchers = () if replay is None else replay.watchers
    return Sheet(
        lesson,
        attendance.started_ms,
        attendance.ended_ms,
        tuple(rows),
        None if replay is None else replay.length_s,
        tuple(w for w in watchers if lesson.only_school in (None, w.school_id)),
    )


def _row(
    presence: Presence,
    lesson: ReportLesson,
    attendance: Attendance,
    staff: Mapping[UserId, tuple[str, str]],
    now_ms: int,
) -> SheetRow:
    if presence.user_id is not None:
        name, school = staff.get(presence.user_id, ("", ""))
    else:
        name, school = lesson.seat_names.get(presence.participant_id, ("", ""))
    open_until_ms = now_ms if presence.cut_since_ms is None else presence.cut_since_ms
    return SheetRow(
        participant_id=presence.participant_id,
        role=presence.role,
        name=name,
        school=school,
        first_joined_ms=presence.first_joined_ms,
        last_left_ms=presence.last_left_ms,
        present_ms=presence.present_ms(attendance.started_ms, open_until_ms),
        is_late=is_late(presence, lesson.planned_start_ms, attendance.started_ms),
        left_early=left_early(presence, lesson.planned_end_ms, attendance.ended_ms),
        cuts=presence.cuts,
        cut_ms=presence.cut_ms,
        is_present_now=presence.is_open and presence.cut_since_ms is None,
        spans=presence.spans,
    )


def is_late(presence: Presence, planned_start_ms: int, started_ms: int | None) -> bool:
    """Came over 5 minutes after the planned start, or after the actual one if that was later."""
    due_ms = max(planned_start_ms, started_ms or planned_start_ms)
    return presence.first_joined_ms > due_ms + TOLERANCE_MS


def left_early(presence: Presence, planned_end_ms: int, ended_ms: int | None) -> bool:
    """Gone for good over 5 minutes before the planned end, or before the actual one if that was earlier."""
    if ended_ms is None or presence.last_left_ms is None:
        return False
    return presence.last_left_ms < min(planned_end_ms, ended_ms) - TOLERANCE_MS
