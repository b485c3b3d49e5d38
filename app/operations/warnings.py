"""What of a report somebody has to do something about. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from app.operations.certificates import Certificate
from app.operations.clocks import DATABASE_APART_MS, Clocks
from app.operations.report import Report

DISK_IS_URGENT = timedelta(days=30)

WarningCode = Literal[
    "disk_full_soon",
    "disk_full",
    "certificate_ends_soon",
    "certificate_ended",
    "certificate_unreadable",
    "relay_unreachable",
    "clock_not_kept",
    "database_clock_apart",
    "pc_clocks_apart",
]


@dataclass(frozen=True, slots=True)
class ServerWarning:
    """`code` is for ever; the words are the page's. What is not said is empty."""

    code: WarningCode
    is_urgent: bool
    """It hurts lessons within weeks, or does already: it stands on the admins' first page as well."""
    on: date | None = None
    name: str = ""
    """File of the certificate, or address of the relay."""
    seconds: int = 0
    """How far a clock is ahead; behind is negative."""
    count: int = 0


def warnings_of(report: Report, pcs_apart: int) -> list[ServerWarning]:
    """The urgent ones first."""
    found = [*_of_disk(report), *_of_clocks(report.clocks)]
    for one in report.certificates:
        found += _of_certificate(one)
    if pcs_apart:
        found.append(ServerWarning("pc_clocks_apart", is_urgent=False, count=pcs_apart))
    return sorted(found, key=lambda one: not one.is_urgent)


def _of_disk(report: Report) -> list[ServerWarning]:
    full_on = report.storage.forecast.full_on
    if full_on is None:
        return []
    if full_on <= report.today:
        return [ServerWarning("disk_full", is_urgent=True, on=full_on)]
    is_urgent = full_on - report.today <= DISK_IS_URGENT
    return [ServerWarning("disk_full_soon", is_urgent, on=full_on)]


def _of_certificate(one: Certificate) -> list[ServerWarning]:
    on = None if one.ends_at is None else one.ends_at.date()
    match one.problem:
        case None:
            return []
        case "ended":
            return [ServerWarning("certificate_ended", True, on=on, name=one.name)]
        case "ends_soon":
            return [ServerWarning("certificate_ends_soon", True, on=on, name=one.name)]
        case "unreadable":
            return [ServerWarning("certificate_unreadable", True, name=one.name)]
        case "unreachable":
            # Not urgent: some routers do not let a server reach itself by its public address.
            return [ServerWarning("relay_unreachable", False, name=one.name)]


def _of_clocks(clocks: Clocks) -> list[ServerWarning]:
    found = []
    if clocks.is_kept is False:
        found.append(ServerWarning("clock_not_kept", is_urgent=False))
    ahead_ms = clocks.database_ahead_ms
    if ahead_ms is not None and abs(ahead_ms) >= DATABASE_APART_MS:
        found.append(ServerWarning("database_clock_apart", True, seconds=round(ahead_ms / 1000)))
    return found
