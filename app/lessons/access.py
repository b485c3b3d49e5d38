"""Who sees which lesson and may do what with it. The only place that decides this for HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.caller import Caller
from app.errors import NotAllowed, NotFound
from app.ids import LessonId, ParticipantId, SchoolId, SeatId, UserId
from app.rooms.state import Role
from app.scope import Scope


@dataclass(frozen=True, slots=True)
class LessonScope:
    """What the rules look at."""

    lesson_id: LessonId
    county_id: str
    lead_user_id: UserId
    lead_school_id: SchoolId | None
    school_of_seat: Mapping[SeatId, SchoolId]
    role_of_staff: Mapping[UserId, Role] = field(default_factory=dict)
    """Who was invited as assistant or observer."""


def is_lead(caller: Caller, lesson: LessonScope) -> bool:
    return caller.user_id == lesson.lead_user_id


def is_of(scope: Scope, lesson: LessonScope) -> bool:
    """The scope answers for it alone: one of its teachers leads, or no other school has a seat.

    `db.scope.lessons_of` is the same for rows.
    """
    takes_part = [scope.holds(lesson.county_id, one) for one in lesson.school_of_seat.values()]
    return scope.holds(lesson.county_id, lesson.lead_school_id) or all(takes_part)


def is_its_admin(caller: Caller, lesson: LessonScope) -> bool:
    """Of the county, or of the school whose lesson it is."""
    return caller.administered is not None and is_of(caller.administered, lesson)


def own_seats(caller: Caller, lesson: LessonScope) -> list[SeatId]:
    """The seats of the school whose on-site teacher or admin the caller is."""
    scope = caller.scope_as("school_admin", "onsite")
    if scope is None:
        return []
    return [
        seat
        for seat, school in lesson.school_of_seat.items()
        if scope.holds(lesson.county_id, school)
    ]


def own_roles(caller: Caller, lesson: LessonScope) -> list[Role]:
    """The staff roles that the caller may take in the room: one's own, and an admin either that is not the lead's."""
    roles: list[Role] = []
    if is_lead(caller, lesson):
        roles.append(Role.LEAD)
    invited = lesson.role_of_staff.get(caller.user_id)
    for role in (Role.ASSISTANT, Role.OBSERVER):
        if role is invited or is_its_admin(caller, lesson):
            roles.append(role)
    return roles


def may_lead(caller: Caller, lesson: LessonScope) -> bool:
    """Who leads by the plan, or may come to lead: assistants and admins."""
    return bool({Role.LEAD, Role.ASSISTANT} & set(own_roles(caller, lesson)))


def _is_assistant(caller: Caller, lesson: LessonScope) -> bool:
    return lesson.role_of_staff.get(caller.user_id) is Role.ASSISTANT


def require_sight(caller: Caller, lesson: LessonScope) -> None:
    """NotFound for a lesson that is none of the caller's business: not even its existence shows."""
    if not (own_roles(caller, lesson) or own_seats(caller, lesson)):
        raise NotFound("there is no such lesson")


def require_lead_or_admin(caller: Caller, lesson: LessonScope) -> None:
    """Start, end, help."""
    require_sight(caller, lesson)
    if not (is_lead(caller, lesson) or is_its_admin(caller, lesson)):
        raise NotAllowed("only the lead teacher or an admin may do this")


def is_host(caller: Caller, lesson: LessonScope) -> bool:
    """Who chooses staff, withdraws tickets and reads the journal: the lead, if no guest, and the lesson's admins."""
    return (is_lead(caller, lesson) and not caller.is_guest) or is_its_admin(caller, lesson)


def require_host(caller: Caller, lesson: LessonScope) -> None:
    require_sight(caller, lesson)
    if not is_host(caller, lesson):
        raise NotAllowed("only the lead teacher or an admin may do this, and no guest")


def require_admin(caller: Caller, lesson: LessonScope) -> None:
    """Who leads is named by the lesson's admins."""
    require_sight(caller, lesson)
    if not is_its_admin(caller, lesson):
        raise NotAllowed("only an admin names another teacher")


def require_role(caller: Caller, lesson: LessonScope, role: Role) -> None:
    require_sight(caller, lesson)
    if role not in own_roles(caller, lesson):
        raise NotAllowed(f"you may not enter this lesson as {role}")


def require_seat(caller: Caller, lesson: LessonScope, seat_id: SeatId) -> None:
    """Let a device into this seat: the school's own people, the lead, an assistant, an admin."""
    require_sight(caller, lesson)
    if seat_id not in lesson.school_of_seat:
        raise NotFound("this lesson has no such seat", code="seat_unknown")
    is_staff = is_lead(caller, lesson) or is_its_admin(caller, lesson)
    may = is_staff or _is_assistant(caller, lesson)
    if not may and seat_id not in own_seats(caller, lesson):
        raise NotAllowed("this seat belongs to another school")


def seats_known_by_name(caller: Caller, lesson: LessonScope) -> frozenset[SeatId]:
    """The seats whose pupils the caller may know by name: of the own school, or all as an admin of the county."""
    scope = caller.scope_as("admin", "school_admin", "onsite")
    return frozenset(
        seat
        for seat, school in lesson.school_of_seat.items()
        if scope is not None and scope.holds(lesson.county_id, school)
    )


def require_names(caller: Caller, lesson: LessonScope, seat_id: SeatId) -> None:
    """Read and correct the roll of this seat. The lead teaches the pupils of others and needs no names."""
    require_sight(caller, lesson)
    if seat_id not in lesson.school_of_seat:
        raise NotFound("this lesson has no such seat", code="seat_unknown")
    if seat_id not in seats_known_by_name(caller, lesson):
        raise NotAllowed("only staff of this school and admins know its pupils by name")


def acting_as(caller: Caller, lesson: LessonScope) -> ParticipantId:
    """Under which id the caller starts or ends a lesson from outside of the room."""
    role = "lead" if is_lead(caller, lesson) else "admin"
    return ParticipantId(f"{role}_{caller.user_id}")
