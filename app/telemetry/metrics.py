"""`/metrics`: the installation in numbers, without anybody's name and with a bounded number of labels."""

import asyncio
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from fastapi import APIRouter, Request, Response

from app.errors import NotAllowed
from app.http import Authenticate, is_from_this_machine, refusals
from app.media.port import (
    EngineConnected,
    EngineMetrics,
    EngineUnavailable,
    MediaEngine,
    MediaEvent,
)
from app.process import LoopLag, cpu_s, resident_bytes
from app.rooms.state import Presence, Room
from app.telemetry.openmetrics import CONTENT_TYPE, Exposition, Sample

PATIENCE_S = 2.0
"""An engine or recorder that does not answer within this is shown as down; the scrape goes on."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What runs out or goes wrong slowly. None: not known, and not exposed."""

    disk_free_bytes: int
    recordings_bytes: int
    disk_full_on: date | None
    """As forecast from the timetable; None: there is room for all that is planned."""
    certificates: Mapping[str, datetime]
    """File or relay -> the end of its certificate."""
    is_clock_kept: bool | None
    database_ahead_ms: int | None
    pcs_apart: int


@dataclass(frozen=True, slots=True)
class Site:
    """Where the app process looks besides its engines."""

    rooms: Callable[[], Sequence[Room]]
    """The rooms in memory whose lesson is not over."""
    websocket_connections: Callable[[], int]
    recording_tracks: Callable[[], Awaitable[int]]
    """Tracks that the recorder writes now; may raise `RecorderAway`, or never answer."""
    recordings_by_state: Callable[[], Awaitable[Mapping[str, int]]]
    upkeep: Callable[[], Awaitable[Upkeep]]


class RecorderAway(Exception):
    """There is no recorder to ask at the moment."""


class EngineRestarts:
    """Counts new runs of each engine; `on_engine_event` is an EngineTap."""

    def __init__(self) -> None:
        self._epochs: dict[int, int] = {}
        self._restarts: Counter[int] = Counter()

    def on_engine_event(self, index: int, event: MediaEvent) -> None:
        """Take note."""
        if isinstance(event, EngineConnected):
            before = self._epochs.get(index, event.media_epoch)
            self._epochs[index] = event.media_epoch
            self._restarts[index] += before != event.media_epoch

    def of(self, index: int) -> int:
        """Restarts since this app began."""
        return self._restarts[index]


class Metrics:
    """Gathers everything for one scrape."""

    def __init__(
        self,
        site: Site,
        engines: Sequence[MediaEngine],
        restarts: EngineRestarts,
        loop_lag: LoopLag,
    ) -> None:
        self._site = site
        self._engines = engines
        self._restarts = restarts
        self._loop_lag = loop_lag

    async def expose(self) -> str:
        """The exposition as of now."""
        engines = await asyncio.gather(*(_read(engine) for engine in self._engines))
        out = Exposition()
        _rooms(out, self._site.rooms())
        await self._around(out)
        _upkeep(out, await self._site.upkeep())
        _engines(out, engines, self._restarts)
        self._processes(out, engines)
        return out.text()

    async def _around(self, out: Exposition) -> None:
        site = self._site
        connections = site.websocket_connections()
        out.gauge("tongtang_websocket_connections", "Open sockets of pages.", [({}, connections)])
        tracks = await self._recording_tracks()
        out.gauge(
            "tongtang_recorder_up", "Whether the recorder answers.", [({}, int(tracks is not None))]
        )
        out.gauge("tongtang_recorder_tracks", "Tracks being written.", [({}, tracks or 0)])
        states = await site.recordings_by_state()
        out.gauge(
            "tongtang_recordings",
            "Recordings by state; finalizing ones are the jobs that wait or run.",
            [({"state": state}, count) for state, count in sorted(states.items())],
        )

    async def _recording_tracks(self) -> int | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._site.recording_tracks()
        except (RecorderAway, TimeoutError):
            return None

    def _processes(self, out: Exposition, engines: Sequence[EngineMetrics | None]) -> None:
        read = [(f"engine-{index}", one) for index, one in enumerate(engines) if one is not None]
        out.gauge(
            "tongtang_event_loop_lag_seconds",
            "How late the event loop ran what was due: the worst of the last 10 to 20 s.",
            [({"process": "app"}, round(self._loop_lag.worst_s, 6))]
            + [({"process": name}, one.event_loop_lag_s) for name, one in read],
            unit="seconds",
        )
        out.counter(
            "tongtang_process_cpu_seconds",
            "CPU time, user and system.",
            [({"process": "app"}, round(cpu_s(), 3))]
            + [({"process": name}, one.cpu_s) for name, one in read],
            unit="seconds",
        )
        out.gauge(
            "tongtang_process_resident_memory_bytes",
            "Memory in RAM.",
            [({"process": "app"}, resident_bytes())]
            + [({"process": name}, one.resident_bytes) for name, one in read],
            unit="bytes",
        )


async def _read(engine: MediaEngine) -> EngineMetrics | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await engine.metrics()
    except (EngineUnavailable, TimeoutError):
        return None


def _rooms(out: Exposition, rooms: Sequence[Room]) -> None:
    phases = Counter(room.phase.value for room in rooms)
    out.gauge(
        "tongtang_lessons",
        "Lessons in memory that are not over.",
        [({"phase": phase}, phases[phase]) for phase in ("waiting", "live")],
    )
    there = [
        one
        for room in rooms
        for one in room.participants.values()
        if one.presence is not Presence.ABSENT
    ]
    roles = Counter((one.role.value, one.presence.value) for one in there)
    out.gauge(
        "tongtang_participants",
        "Who is in these lessons; cut ones have lost their socket for a moment.",
        [
            ({"role": role, "presence": presence}, count)
            for (role, presence), count in sorted(roles.items())
        ],
    )
    qualities = Counter(one.quality or "unknown" for one in there)
    out.gauge(
        "tongtang_link_quality",
        "Participants by the quality of their media link.",
        [
            ({"quality": quality}, qualities[quality])
            for quality in ("good", "fair", "poor", "lost", "unknown")
        ],
    )


def _upkeep(out: Exposition, upkeep: Upkeep) -> None:
    out.gauge(
        "tongtang_disk_free_bytes",
        "Free on the disk that recordings fill.",
        [({}, upkeep.disk_free_bytes)],
        unit="bytes",
    )
    out.gauge(
        "tongtang_recordings_stored_bytes",
        "Recordings and films in the store.",
        [({}, upkeep.recordings_bytes)],
        unit="bytes",
    )
    full_on = upkeep.disk_full_on
    out.gauge(
        "tongtang_disk_full_timestamp_seconds",
        "Day on which the disk is full if the timetable is taught; none while there is room for all of it.",
        [] if full_on is None else [({}, datetime.combine(full_on, time(), UTC).timestamp())],
        unit="seconds",
    )
    out.gauge(
        "tongtang_certificate_expiry_timestamp_seconds",
        "When the certificates end that browsers check.",
        [({"certificate": name}, at.timestamp()) for name, at in upkeep.certificates.items()],
        unit="seconds",
    )
    is_kept = upkeep.is_clock_kept
    out.gauge(
        "tongtang_clock_synchronized",
        "Whether a time service keeps this machine's clock.",
        [] if is_kept is None else [({}, int(is_kept))],
    )
    ahead_ms = upkeep.database_ahead_ms
    out.gauge(
        "tongtang_database_clock_offset_seconds",
        "How far the database server's clock is ahead.",
        [] if ahead_ms is None else [({}, ahead_ms / 1000)],
        unit="seconds",
    )
    out.gauge(
        "tongtang_classroom_pcs_clock_off",
        "Classroom PCs of the last week whose clock is off by minutes.",
        [({}, upkeep.pcs_apart)],
    )


def _engines(
    out: Exposition, engines: Sequence[EngineMetrics | None], restarts: EngineRestarts
) -> None:
    labels = [{"engine": str(index)} for index in range(len(engines))]
    up = [(labels[i], int(one is not None)) for i, one in enumerate(engines)]
    out.gauge("tongtang_engine_up", "Whether the media engine answers.", up)
    out.counter(
        "tongtang_engine_restarts",
        "New runs of the engine since the app began.",
        [(label, restarts.of(index)) for index, label in enumerate(labels)],
    )
    read = [(labels[index], one) for index, one in enumerate(engines) if one is not None]
    out.gauge("tongtang_media_rooms", "Rooms of the engine.", [(k, one.rooms) for k, one in read])
    out.gauge(
        "tongtang_media_publications",
        "Tracks that the engine receives.",
        [(k, one.publications) for k, one in read],
    )
    out.gauge(
        "tongtang_media_peers",
        "Peer connections by direction and state.",
        [
            ({**label, "connection": name.split()[0], "state": name.split()[1]}, count)
            for label, one in read
            for name, count in sorted(one.peers.items())
        ],
    )

    def of(name: str) -> list[Sample]:
        return [(label, one.counters[name]) for label, one in read]

    out.counter(
        "tongtang_media_packets_received", "SRTP and SRTCP packets in.", of("packets_received")
    )
    out.counter("tongtang_media_packets_sent", "SRTP and SRTCP packets out.", of("packets_sent"))
    out.counter(
        "tongtang_media_received_bytes",
        "Their bytes, encrypted, without IP and UDP headers.",
        of("bytes_received"),
        unit="bytes",
    )
    out.counter("tongtang_media_sent_bytes", "The same out.", of("bytes_sent"), unit="bytes")
    out.counter(
        "tongtang_media_packets_dropped",
        "Packets that went no further, and why.",
        [
            ({**label, "reason": name.removeprefix("dropped_")}, count)
            for label, one in read
            for name, count in one.counters.items()
            if name.startswith("dropped_")
        ],
    )
    for direction in ("received", "sent"):
        out.counter(
            f"tongtang_media_nacks_{direction}",
            f"NACK packets {direction} (RFC 4585).",
            of(f"nacks_{direction}"),
        )
        out.counter(
            f"tongtang_media_plis_{direction}",
            f"Picture loss indications {direction} (RFC 4585).",
            of(f"plis_{direction}"),
        )
    out.counter(
        "tongtang_media_packets_retransmitted",
        "Packets sent again as RTX because a receiver asked for them (RFC 4588).",
        of("packets_retransmitted"),
    )


def build_router(
    expose: Callable[[], Awaitable[str]], authenticate: Authenticate, token: str
) -> APIRouter:
    """`token`: a bearer token for scrapers from elsewhere; empty: there is none."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/metrics",
        operation_id="get_metrics",
        responses={**refusals(401, 403), 200: {"content": {CONTENT_TYPE: {}}}},
        summary="OpenMetrics; for this machine, the bearer of TONGTANG_METRICS_TOKEN, and admins",
    )
    async def get_metrics(request: Request) -> Response:
        if not (is_from_this_machine(request) or _has_token(request, token)):
            caller = await authenticate(request)
            if not caller.is_admin:
                raise NotAllowed("metrics are for admins")
        return Response(await expose(), media_type=CONTENT_TYPE)

    return router


def _has_token(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    is_bearer = bool(token) and scheme.lower() == "bearer"
    return is_bearer and hmac.compare_digest(given.strip().encode(), token.encode())
