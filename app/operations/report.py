"""The state of the server as one report, gathered from disk, tables, certificates and clocks."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Literal

from dateutil.tz import gettz

from app.db.engine import Database
from app.moments import to_ms, utc
from app.operations.certificates import Certificate, relay_certificates, server_certificate
from app.operations.clocks import Clocks, read_clocks
from app.operations.forecast import Forecast, KeptFor, Rates, forecast
from app.operations.timetable import load_days
from app.settings import Settings

FRESH_MS = 300_000
"""How old a report may be for machines that ask all the time: nothing in it changes faster by itself."""
FRESH_FOR_PEOPLE_MS = 5_000
"""Whoever has just planned a term wants to see what comes of it."""
SOUND_BPS = 64_000
STAGE_SHARE = 0.5
"""Of the cap of the stage, what a classroom's picture takes on average of a lesson: it is small most of the time."""


@dataclass(frozen=True, slots=True)
class Storage:
    """`place`: where finished recordings are. On this machine's disk lies what is not finished in any case."""

    place: Literal["disk", "cloud"]
    free_bytes: int
    total_bytes: int
    """Of the disk."""
    reserve_bytes: int
    """Less than this free counts as full: the recorder gives up tracks."""
    held_bytes: int
    """Recordings and films in the store."""
    rates: Rates
    measured_minutes: int
    """Of lessons, on which `rates` stand; 0: they are assumed."""
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class Report:
    today: date
    storage: Storage
    certificates: tuple[Certificate, ...]
    """The server's own first, if browsers get one from us."""
    clocks: Clocks


class Reports:
    """Makes a report when somebody asks and the last one is old; those who ask meanwhile wait for the same."""

    def __init__(self, settings: Settings, database: Database, now_ms: Callable[[], int]) -> None:
        self._settings = settings
        self._database = database
        self._now_ms = now_ms
        self._lock = asyncio.Lock()
        self._last: tuple[int, Report] | None = None

    async def current(self, fresh_ms: int = FRESH_MS) -> Report:
        """One that is at most this old."""
        async with self._lock:
            now_ms = self._now_ms()
            if self._last is None or now_ms - self._last[0] >= fresh_ms:
                self._last = now_ms, await make_report(self._settings, self._database, now_ms)
            return self._last[1]


async def make_report(settings: Settings, database: Database, now_ms: int) -> Report:
    now = utc(now_ms)
    zone = gettz(settings.time_zone)
    assert zone is not None, "settings know no other"
    own = server_certificate(settings, now)
    relays = await relay_certificates(settings.turn_urls, now)
    return Report(
        today=now.astimezone(zone).date(),
        storage=await _storage(settings, database, now, zone),
        certificates=(*([] if own is None else [own]), *relays),
        clocks=await read_clocks(database),
    )


async def _storage(settings: Settings, database: Database, now: datetime, zone: tzinfo) -> Storage:
    now_ms = to_ms(now)
    offset_ms = int((now.astimezone(zone).utcoffset() or timedelta()) / timedelta(milliseconds=1))
    today = now.astimezone(zone).date()
    kept = KeptFor(settings.classroom_tracks_kept_days, settings.recordings_kept_days)
    days = await load_days(database, now_ms, offset_ms, kept)
    rates = days.measured.rates(assumed_rates(settings))
    disk = shutil.disk_usage(_existing(disk_path(settings)))
    room = disk.free - settings.recording_min_free_bytes
    is_cloud = settings.storage_url.startswith("s3://")
    ahead = forecast(today, days.planned, days.held, rates, kept, None if is_cloud else room)
    if is_cloud:
        # The disk holds a day's lessons at most, until they are in the bucket.
        of_disk = forecast(today, days.planned, (), rates, KeptFor(0, 0), room)
        ahead = Forecast(of_disk.full_on, ahead.planned_until, ahead.months)
    return Storage(
        place="cloud" if is_cloud else "disk",
        free_bytes=disk.free,
        total_bytes=disk.total,
        reserve_bytes=settings.recording_min_free_bytes,
        held_bytes=sum(one.lasting_bytes + one.classroom_bytes for one in days.held),
        rates=rates,
        measured_minutes=round(days.measured.minutes) if days.measured.is_enough else 0,
        forecast=ahead,
    )


def assumed_rates(settings: Settings) -> Rates:
    """What the settings allow to be sent: until enough was recorded. Nobody has asked for films yet."""
    return Rates(
        lead=(settings.lead_video_cap_bps + SOUND_BPS) / 8 * 60,
        classroom=(settings.stage_video_cap_bps * STAGE_SHARE + SOUND_BPS) / 8 * 60,
        film=0.0,
    )


def disk_path(settings: Settings) -> Path:
    """Where recordings fill a disk: that of the store, or with a bucket that of what is not in it yet."""
    if settings.storage_url.startswith("file://"):
        return Path(settings.storage_url.removeprefix("file://"))
    return settings.data_dir.resolve()


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())
