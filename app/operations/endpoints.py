"""`/server`, for the county's admins: room for recordings as far as lessons are planned, certificates, clocks."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from app.api_model import ApiModel
from app.caller import Caller
from app.db.engine import Database
from app.http import Authenticate, refusals
from app.operations.certificates import Problem
from app.operations.clocks import pcs_apart
from app.operations.report import FRESH_FOR_PEOPLE_MS, Report, Reports, Storage
from app.operations.warnings import ServerWarning, WarningCode, warnings_of


class MonthBody(ApiModel):
    first_day: date
    minutes: int
    """Of recorded lessons that are planned."""
    added_bytes: int
    most_bytes: int
    """Held at most at once."""


class RatesBody(ApiModel):
    """Bytes per minute of a lesson."""

    lead: int
    classroom: int
    """Each."""
    film: int
    measured_minutes: int
    """Of recorded lessons; 0: less than an hour was recorded yet, and the rest is assumed."""


class StorageBody(ApiModel):
    place: Literal["disk", "cloud"]
    """Where finished recordings are."""
    free_bytes: int
    total_bytes: int
    reserve_bytes: int
    """The disk counts as full when less than this is free."""
    held_bytes: int
    rates: RatesBody
    full_on: date | None
    """Null: there is room for all that is planned."""
    planned_until: date | None
    """The day of the last recorded lesson that is planned; null: none is."""
    months: list[MonthBody]


class CertificateBody(ApiModel):
    name: str
    is_relay: bool
    ends_at: datetime | None
    problem: Problem | None
    detail: str


class ClocksBody(ApiModel):
    is_kept: bool | None
    """Whether a time service keeps the server's clock; null: the system does not tell."""
    database_ahead_ms: int | None
    """Null: the database has no clock of its own."""
    pcs_apart: int
    """PCs of classrooms whose clock is off by minutes."""


class WarningBody(ApiModel):
    code: WarningCode
    is_urgent: bool
    on: date | None
    name: str
    seconds: int
    count: int


class ServerBody(ApiModel):
    warnings: list[WarningBody]
    """The urgent ones first."""
    storage: StorageBody
    certificates: list[CertificateBody]
    clocks: ClocksBody


def build_router(
    reports: Reports, database: Database, authenticate: Authenticate, now_ms: Callable[[], int]
) -> APIRouter:
    router = APIRouter(tags=["server"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/server", operation_id="get_server", responses=refusals(401, 403))
    async def get_server(caller: CallerNow) -> ServerBody:
        caller.require("admin")
        report = await reports.current(FRESH_FOR_PEOPLE_MS)
        return _body(report, await pcs_apart(database, caller.county_id, now_ms()))

    return router


def _body(report: Report, apart: int) -> ServerBody:
    return ServerBody(
        warnings=[_warning(one) for one in warnings_of(report, apart)],
        storage=_storage(report.storage),
        certificates=[
            CertificateBody(
                name=one.name,
                is_relay=one.is_relay,
                ends_at=one.ends_at,
                problem=one.problem,
                detail=one.detail,
            )
            for one in report.certificates
        ],
        clocks=ClocksBody(
            is_kept=report.clocks.is_kept,
            database_ahead_ms=report.clocks.database_ahead_ms,
            pcs_apart=apart,
        ),
    )


def _warning(one: ServerWarning) -> WarningBody:
    return WarningBody(
        code=one.code,
        is_urgent=one.is_urgent,
        on=one.on,
        name=one.name,
        seconds=one.seconds,
        count=one.count,
    )


def _storage(one: Storage) -> StorageBody:
    return StorageBody(
        place=one.place,
        free_bytes=one.free_bytes,
        total_bytes=one.total_bytes,
        reserve_bytes=one.reserve_bytes,
        held_bytes=one.held_bytes,
        rates=RatesBody(
            lead=round(one.rates.lead),
            classroom=round(one.rates.classroom),
            film=round(one.rates.film),
            measured_minutes=one.measured_minutes,
        ),
        full_on=one.forecast.full_on,
        planned_until=one.forecast.planned_until,
        months=[
            MonthBody(
                first_day=month.first_day,
                minutes=month.minutes,
                added_bytes=month.added_bytes,
                most_bytes=month.most_bytes,
            )
            for month in one.forecast.months
        ],
    )
