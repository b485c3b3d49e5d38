"""`app.scope.Scope` as conditions on tables: what of them lies within it."""

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.db.models import AuditEntry, Classroom, Lesson, RoleGrant, School, Seat, User
from app.scope import Scope


def schools_within(scope: Scope) -> ColumnElement[bool]:
    """On `School`; also for whatever is joined with it: classrooms, their PCs, pupils, consents."""
    county = School.county_id == scope.county_id
    return county if scope.is_county else and_(county, School.school_id == scope.school_id)


def people_within(scope: Scope) -> ColumnElement[bool]:
    """On `User`: staff, so no guest. An admin of the county is the county's alone to change, at whatever school."""
    has_role = User.user_id.in_(select(RoleGrant.user_id))
    county = and_(User.county_id == scope.county_id, has_role)
    if scope.is_county:
        return county
    above = select(RoleGrant.user_id).where(RoleGrant.role == "admin")
    return and_(county, User.school_id == scope.school_id, User.user_id.not_in(above))


def audit_within(scope: Scope) -> ColumnElement[bool]:
    """On `AuditEntry`: what was changed of the scope, by whomever."""
    county = AuditEntry.county_id == scope.county_id
    return county if scope.is_county else and_(county, AuditEntry.school_id == scope.school_id)


def lessons_touching(scope: Scope) -> ColumnElement[bool]:
    """On `Lesson`: one of the scope's teachers leads it, or one of its classrooms has a seat. They are seen."""
    county = Lesson.county_id == scope.county_id
    if scope.is_county:
        return county
    return and_(county, or_(_led_from(scope), lessons_in_classrooms_of(scope)))


def lessons_in_classrooms_of(scope: Scope) -> ColumnElement[bool]:
    """On `Lesson`: one of the scope's classrooms has a seat."""
    if scope.is_county:
        return Lesson.county_id == scope.county_id
    return _seats().where(Classroom.school_id == scope.school_id).exists()


def ids_of_lessons_touching(scope: Scope) -> list[Select[str]]:
    """The lessons that `lessons_touching` is about, found from the people and classrooms of a school: for a list, which
    looks for few among all of the county's.

    To be united; one may be found twice.
    """
    led = select(Lesson.lesson_id).where(_led_from(scope))
    return [led, ids_of_lessons_in_classrooms_of(scope)]


def ids_of_lessons_in_classrooms_of(scope: Scope) -> Select[str]:
    """The same for `lessons_in_classrooms_of`."""
    return (
        select(Seat.lesson_id)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .where(Classroom.school_id == scope.school_id)
    )


def lessons_of(scope: Scope) -> ColumnElement[bool]:
    """On `Lesson`: the scope answers for them alone, so they are changed. `lessons.access.is_of` is the same in Python.

    One of its teachers leads, or no other school has a seat.
    """
    county = Lesson.county_id == scope.county_id
    if scope.is_county:
        return county
    others = _seats().where(Classroom.school_id != scope.school_id)
    return and_(county, or_(_led_from(scope), ~others.exists()))


def _seats() -> Select[str]:
    return (
        select(Seat.seat_id)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .where(Seat.lesson_id == Lesson.lesson_id)
    )


def _led_from(scope: Scope) -> ColumnElement[bool]:
    return Lesson.lead_user_id.in_(select(User.user_id).where(User.school_id == scope.school_id))
