"""Whether the server will go on: certificates that end, clocks that are off, a disk that fills as planned."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

from app.db.engine import Database
from app.doctor.finding import Finding
from app.operations.certificates import Certificate, relay_certificates, server_certificate
from app.operations.clocks import (
    DATABASE_APART_MS,
    PC_APART_MS,
    Clocks,
    clock_is_kept,
    pcs_apart,
)
from app.operations.report import Report, Storage, make_report
from app.settings import Settings


def examine_certificates(settings: Settings) -> Iterator[Finding]:
    """The server's own, and those of relays behind TLS. Needs no database."""
    now = datetime.now(UTC)
    own = server_certificate(settings, now)
    if own is not None:
        yield _certificate(own)
    for one in asyncio.run(relay_certificates(settings.turn_urls, now)):
        # Whether a relay answers is found out by asking it for an allocation.
        if one.problem != "unreachable":
            yield _certificate(one)


def examine_clock() -> Iterator[Finding]:
    """What the kernel says of this machine's clock."""
    is_kept = clock_is_kept()
    if is_kept:
        yield Finding("a time service keeps this machine's clock")
    elif is_kept is False:
        yield Finding(
            "no time service keeps this machine's clock: it drifts by seconds a week, then second steps at sign-in "
            "fail and lessons open at the wrong time",
            "set one up ('sudo timedatectl set-ntp true', or chrony with your network's own time server)",
        )


def examine_tables(settings: Settings) -> Iterator[Finding]:
    """What needs a database of this version: the forecast, its clock, and those of the classrooms' PCs."""
    report, apart = asyncio.run(_read(settings))
    yield from _storage(report)
    yield from _database_clock(report.clocks)
    if apart:
        yield Finding(
            f"the clocks of {apart} classroom PCs are off by {PC_APART_MS // 60_000} minutes or more",
            "set them right; which ones says the page of classroom PCs",
        )


async def _read(settings: Settings) -> tuple[Report, int]:
    database = Database(settings.resolved_database_url)
    now_ms = time.time_ns() // 1_000_000
    try:
        report = await make_report(settings, database, now_ms)
        return report, await pcs_apart(database, None, now_ms)
    finally:
        await database.close()


def _certificate(one: Certificate) -> Finding:
    whose = (
        f"the certificate of the relay {one.name}"
        if one.is_relay
        else f"the certificate {one.name}"
    )
    renew = "renew it: give the relay a new one" if one.is_relay else "renew it"
    match one.problem:
        case "unreadable":
            fix = (
                "correct it" if one.is_relay else "set TONGTANG_TLS_CERTIFICATE_FILE to a PEM file"
            )
            text = f"{whose} cannot be read: {one.detail}"
            return Finding(text, fix, is_fatal=not one.is_relay)
        case "ended":
            return Finding(f"{whose} has expired", f"{renew}; browsers refuse it")
    assert one.ends_at is not None
    text = f"{whose} is good until {in_words(one.ends_at.date())}"
    return Finding(text, f"{renew} before that day" if one.problem == "ends_soon" else "")


def _storage(report: Report) -> Iterator[Finding]:
    storage, ahead = report.storage, report.storage.forecast
    if ahead.planned_until is None:
        yield Finding("no recorded lessons are planned: nothing fills the disk")
        return
    until = in_words(ahead.planned_until)
    if ahead.full_on is None:
        yield Finding(f"the disk has room for all recorded lessons that are planned, until {until}")
    elif ahead.full_on <= report.today:
        yield Finding("the disk is too full for today's recordings", _make_room(storage))
    else:
        days = (ahead.full_on - report.today).days
        yield Finding(
            f"by the timetable the disk is full on {in_words(ahead.full_on)}, in {days} days",
            _make_room(storage),
        )
    most = max(month.most_bytes for month in ahead.months)
    what = "the bucket" if storage.place == "cloud" else "recordings and films"
    basis = (
        "as measured"
        if storage.measured_minutes
        else "as assumed: less than an hour was recorded yet"
    )
    holds = "will hold" if storage.place == "cloud" else "will take"
    yield Finding(f"{what} {holds} {most / 1e9:.1f} GB at most until {until} ({basis})")


def _make_room(storage: Storage) -> str:
    days = "TONGTANG_CLASSROOM_TRACKS_KEPT_DAYS and TONGTANG_RECORDINGS_KEPT_DAYS"
    if storage.place == "cloud":
        return "add a disk: a day's lessons lie on it until they are in the bucket"
    return f"add a disk, keep recordings for less long ({days}), or keep them in a bucket (TONGTANG_STORAGE_URL)"


def _database_clock(clocks: Clocks) -> Iterator[Finding]:
    ahead_ms = clocks.database_ahead_ms
    if ahead_ms is None:
        return
    if abs(ahead_ms) < DATABASE_APART_MS:
        yield Finding("the database server's clock agrees with this machine's")
        return
    way = "ahead of" if ahead_ms > 0 else "behind"
    yield Finding(
        f"the database server's clock is {abs(ahead_ms) / 1000:.0f} s {way} this machine's",
        "let both follow the same time server",
    )


def in_words(day: date) -> str:
    """`Tuesday 12 January 2027`."""
    return f"{day:%A} {day.day} {day:%B %Y}"
