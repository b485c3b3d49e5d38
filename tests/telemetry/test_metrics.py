"""`/metrics` is OpenMetrics, is for few, and names nobody."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from app.db.engine import Database
from app.media.port import EngineConnected, EngineMetrics, EngineUnavailable, MediaEngine
from app.process import LoopLag
from app.recording.repository import Recordings
from app.rooms.commands import ReportQuality
from app.telemetry.metrics import (
    EngineRestarts,
    Metrics,
    RecorderAway,
    Site,
    Upkeep,
    build_router,
)
from app.telemetry.openmetrics import CONTENT_TYPE
from tests.rooms.lesson import A, live_lesson
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases

COUNTERS = (
    "packets_received",
    "bytes_received",
    "packets_sent",
    "bytes_sent",
    "dropped_congestion",
    "dropped_rejected",
    "dropped_unbound",
    "dropped_recorder",
    "nacks_sent",
    "nacks_received",
    "plis_sent",
    "plis_received",
    "packets_retransmitted",
)


class EngineOf:
    """An engine process as the scrape sees it: its answer, or none."""

    def __init__(self, metrics: EngineMetrics | None) -> None:
        self._metrics = metrics

    async def metrics(self) -> EngineMetrics:
        if self._metrics is None:
            raise EngineUnavailable("restarting")
        return self._metrics


RUNNING = EngineMetrics(
    media_epoch=9,
    rooms=1,
    publications=7,
    peers={"publish connected": 3, "subscribe connected": 4, "subscribe failed": 1},
    counters={name: 1_000 + index for index, name in enumerate(COUNTERS)},
    event_loop_lag_s=0.0125,
    cpu_s=42.5,
    resident_bytes=50_000_000,
)


UPKEEP = Upkeep(
    disk_free_bytes=80_000_000_000,
    recordings_bytes=20_000_000_000,
    disk_full_on=date(2027, 3, 1),
    certificates={"county.pem": datetime(2027, 2, 1, tzinfo=UTC)},
    is_clock_kept=None,
    database_ahead_ms=-2_500,
    pcs_apart=3,
)


def metrics_of(recordings: Recordings, *engines: EngineMetrics | None) -> Metrics:
    told = live_lesson()
    told.does(ReportQuality(A, "poor"))

    async def no_recorder() -> int:
        raise RecorderAway

    async def upkeep() -> Upkeep:
        return UPKEEP

    site = Site(lambda: [told.room], lambda: 5, no_recorder, recordings.count_by_state, upkeep)
    restarts = EngineRestarts()
    for epoch in (9, 9, 10):
        restarts.on_engine_event(0, EngineConnected(epoch))
    remote = [cast(MediaEngine, EngineOf(one)) for one in engines]
    return Metrics(site, remote, restarts, LoopLag())


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


@on_both_databases
async def test_a_scrape_is_openmetrics_and_tells_what_is_there(
    database: Database, county: SmallCounty
) -> None:
    text = await metrics_of(Recordings(database), RUNNING, None).expose()
    assert text.endswith("# EOF\n")
    found = samples(text)
    expected: Mapping[Any, float] = {
        key("tongtang_lessons", phase="live"): 1,
        key("tongtang_participants", role="classroom", presence="present"): 3,
        key("tongtang_link_quality", quality="poor"): 1,
        key("tongtang_link_quality", quality="unknown"): 5,
        key("tongtang_websocket_connections"): 5,
        key("tongtang_recorder_up"): 0,
        key("tongtang_recordings", state="finalizing"): 0,
        key("tongtang_engine_up", engine="0"): 1,
        key("tongtang_engine_up", engine="1"): 0,
        key("tongtang_engine_restarts_total", engine="0"): 1,
        key("tongtang_media_peers", engine="0", connection="subscribe", state="failed"): 1,
        key("tongtang_media_packets_received_total", engine="0"): 1_000,
        key("tongtang_media_sent_bytes_total", engine="0"): 1_003,
        key("tongtang_media_packets_dropped_total", engine="0", reason="congestion"): 1_004,
        key("tongtang_media_plis_received_total", engine="0"): 1_011,
        key("tongtang_event_loop_lag_seconds", process="engine-0"): 0.0125,
        key("tongtang_process_cpu_seconds_total", process="engine-0"): 42.5,
        key("tongtang_process_resident_memory_bytes", process="engine-0"): 50_000_000,
        key("tongtang_disk_free_bytes"): 80_000_000_000,
        key("tongtang_disk_full_timestamp_seconds"): 1_803_859_200,
        key("tongtang_certificate_expiry_timestamp_seconds", certificate="county.pem"): (
            1_801_440_000
        ),
        key("tongtang_database_clock_offset_seconds"): -2.5,
        key("tongtang_classroom_pcs_clock_off"): 3,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert key("tongtang_process_resident_memory_bytes", process="app") in found
    assert key("tongtang_clock_synchronized") not in found
    values = {value for _, labels in found for _, value in labels}
    assert not any(one.startswith(("sea_", "usr_", "les_", "lead_")) for one in values)


async def test_an_engine_that_hangs_does_not_hang_the_scrape(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hanging(EngineOf):
        async def metrics(self) -> EngineMetrics:
            return await asyncio.Future()

    monkeypatch.setattr("app.telemetry.metrics.PATIENCE_S", 0.05)
    metrics = metrics_of(Recordings(database), RUNNING)
    metrics._engines = [cast(MediaEngine, Hanging(None))]
    found = samples(await metrics.expose())
    assert found[key("tongtang_engine_up", engine="0")] == 0


async def test_metrics_are_for_this_machine_the_tokens_bearer_and_admins(
    database: Database, county: SmallCounty
) -> None:
    metrics = metrics_of(Recordings(database), RUNNING)
    api = Api(database, Time(START_MS))
    api.app.include_router(build_router(metrics.expose, api.authenticate, "willow gate 7"))
    address = "http://localhost:8080/metrics"
    token = {"Authorization": "Bearer willow gate 7"}

    async with api.client() as here:
        answer = await here.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)
        forwarded = await here.get(address, headers={"X-Forwarded-For": "192.0.2.7"})
        assert forwarded.status_code == 401
    async with api.client(peer="192.0.2.7") as elsewhere:
        assert (await elsewhere.get(address)).status_code == 401
        assert (await elsewhere.get(address, headers=token)).status_code == 200
        wrong = await elsewhere.get(address, headers={"Authorization": "Bearer willow gate 8"})
        assert wrong.status_code == 401
    async with api.client(county.teacher, peer="192.0.2.7") as teacher:
        assert (await teacher.get(address)).status_code == 403
    async with api.client(county.admin, peer="192.0.2.7") as admin:
        assert (await admin.get(address)).status_code == 200


async def test_without_a_token_no_bearer_is_let_in(database: Database, county: SmallCounty) -> None:
    api = Api(database, Time(START_MS))
    metrics = metrics_of(Recordings(database))
    api.app.include_router(build_router(metrics.expose, api.authenticate, ""))
    async with api.client(peer="192.0.2.7") as elsewhere:
        for given in ("Bearer", "Bearer "):
            answer = await elsewhere.get(
                "http://localhost:8080/metrics", headers={"Authorization": given}
            )
            assert answer.status_code == 401
