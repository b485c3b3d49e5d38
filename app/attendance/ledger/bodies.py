"""What the ledger's endpoints answer. Amounts are whole seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from app.api_model import ApiModel
from app.attendance.ledger.causes import Cause
from app.attendance.ledger.corrections import MadeCorrection
from app.attendance.ledger.pupils import ClassroomPupils
from app.attendance.ledger.rows import LedgerPage, LedgerRow, Outcome
from app.attendance.ledger.steps import Step
from app.attendance.ledger.totals import TotalsPage
from app.moments import utc, utc_or_none


class MissedBody(ApiModel):
    """Seconds of each cause. With the delivered ones they are the planned ones."""

    cancelled: int
    not_held: int
    server: int
    teacher_late: int
    teacher_away: int
    ended_early: int
    classroom_away: int
    link: int
    power: int


class RollNumbersBody(ApiModel):
    head_count: int | None
    """Null: nobody counted."""
    absent: int
    """Without leave."""
    excused: int
    late: int
    left_early: int


class LedgerRowBody(ApiModel):
    lesson_id: str
    seat_id: str
    title: str
    subject: str
    starts_at: datetime
    ends_at: datetime
    teacher: str
    classroom: str
    school: str
    outcome: Outcome
    planned_s: int
    delivered_s: int
    extra_s: int
    missed: MissedBody
    first_joined_at: datetime | None
    """Null: the classroom never came."""
    last_left_at: datetime | None
    is_late: bool
    left_early: bool
    is_excused: bool
    cuts: int
    cut_s: int
    pupils: RollNumbersBody
    corrections: int


class LedgerBody(ApiModel):
    items: list[LedgerRowBody]
    next: str | None
    """Give it as `after` for what follows."""


class TotalBody(ApiModel):
    id: str
    name: str
    """Empty: the lessons outside of every course."""
    school: str
    """Of a classroom; empty otherwise."""
    lessons: int
    planned_s: int
    delivered_s: int
    extra_s: int
    missed: MissedBody
    late: int
    """Without an excuse, as `left_early`."""
    left_early: int
    excused: int


class TotalsBody(ApiModel):
    items: list[TotalBody]
    next: str | None


class LessonsBody(ApiModel):
    held: int
    cancelled: int
    not_held: int


class ClassroomsThereBody(ApiModel):
    """Classrooms of lessons that were held, once for each lesson. Together they are all of them."""

    on_time: int
    late: int
    """Without an excuse, as `absent`."""
    absent: int
    """Nothing of the lesson reached it."""
    excused: int


class PupilsThereBody(ApiModel):
    """What roll calls say, once for each lesson."""

    present: int
    """By their marks, whoever came late or left early too, or by a head count."""
    absent: int
    excused: int


class StepBody(ApiModel):
    starts_at: datetime
    lessons: LessonsBody
    planned_s: int
    delivered_s: int
    missed: MissedBody
    classrooms: ClassroomsThereBody
    pupils: PupilsThereBody


class StepsBody(ApiModel):
    steps: list[StepBody]
    """Every one of the range, those without a lesson too."""


class PupilTotalBody(ApiModel):
    """In lessons."""

    pupil_id: str
    number: str | None
    name: str | None
    called: int
    late: int
    left_early: int
    absent: int
    excused: int


class ClassroomPupilsBody(ApiModel):
    rolls: int
    """Lessons whose roll was called."""
    pupils: list[PupilTotalBody]


class MovedDraft(ApiModel):
    from_cause: Cause
    to_cause: Cause


class CorrectionDraft(ApiModel):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    is_excused: bool | None = None
    moved: MovedDraft | None = None
    """All time of one cause was another's."""


class LedgerCorrectionBody(ApiModel):
    at: datetime
    by: str
    what: Literal["excused", "cause"]
    before: str
    after: str
    moved_s: int
    reason: str


def ledger_body(page: LedgerPage) -> LedgerBody:
    return LedgerBody(items=[row_body(row) for row in page.rows], next=page.next)


def _missed(seconds: Mapping[Cause, int]) -> MissedBody:
    return MissedBody(**{str(cause): missed_s for cause, missed_s in seconds.items()})


def row_body(row: LedgerRow) -> LedgerRowBody:
    return LedgerRowBody(
        lesson_id=row.lesson_id,
        seat_id=row.seat_id,
        title=row.title,
        subject=row.subject,
        starts_at=utc(row.starts_at_ms),
        ends_at=utc(row.ends_at_ms),
        teacher=row.teacher,
        classroom=row.classroom,
        school=row.school,
        outcome=row.outcome,
        planned_s=row.planned_s,
        delivered_s=row.delivered_s,
        extra_s=row.extra_s,
        missed=_missed(row.missed_s),
        first_joined_at=utc_or_none(row.first_joined_ms),
        last_left_at=utc_or_none(row.last_left_ms),
        is_late=row.is_late,
        left_early=row.left_early,
        is_excused=row.is_excused,
        cuts=row.cuts,
        cut_s=row.cut_s,
        pupils=RollNumbersBody(**asdict(row.pupils)),
        corrections=row.corrections,
    )


def totals_body(page: TotalsPage) -> TotalsBody:
    items = []
    for total in page.totals:
        amounts = asdict(total)
        del amounts["missed_s"]
        items.append(TotalBody(missed=_missed(total.missed_s), **amounts))
    return TotalsBody(items=items, next=page.next)


def steps_body(steps: Sequence[Step]) -> StepsBody:
    return StepsBody(
        steps=[
            StepBody(
                starts_at=utc(one.starts_at_ms),
                lessons=LessonsBody(**asdict(one.lessons)),
                planned_s=one.planned_s,
                delivered_s=one.delivered_s,
                missed=_missed(one.missed_s),
                classrooms=ClassroomsThereBody(**asdict(one.classrooms)),
                pupils=PupilsThereBody(**asdict(one.pupils)),
            )
            for one in steps
        ]
    )


def pupils_body(found: ClassroomPupils) -> ClassroomPupilsBody:
    return ClassroomPupilsBody(
        rolls=found.rolls, pupils=[PupilTotalBody(**asdict(one)) for one in found.pupils]
    )


def correction_body(one: MadeCorrection) -> LedgerCorrectionBody:
    values = asdict(one)
    return LedgerCorrectionBody(at=utc(values.pop("at_ms")), **values)
