"""The recorder process: packets from the engines in, segments on disk out.

It outlives the app and the engines. Two Unix sockets: engines stream packets to one (see
`app.media.rtp_sink`), the app steers over the other (see `control`). This thread only reads packets;
whatever touches the disk runs in `writer`'s threads.
"""

import asyncio
import json
import logging
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.ids import LessonId, PublicationId, new_id
from app.recording.adopt import adopt, epoch_folders
from app.recording.control import (
    MAX_LINE_BYTES,
    dump_line,
    parse_line,
    request_from_json,
    request_to_json,
    snapshot_to_json,
)
from app.recording.paths import recordings_root
from app.recording.port import (
    DISK_FULL,
    RecorderSnapshot,
    Report,
    TrackRequest,
    TrackSnapshot,
    TrackStoppedReport,
    report_to_json,
)
from app.recording.segment_file import SegmentFile
from app.recording.sink import SinkProtocol, TrackKey, WantedTrack, track_key
from app.recording.track import MachineClock
from app.recording.watermark import Watermark
from app.recording.writer import DiskWriter, FileFactory
from app.settings import Settings

__all__ = ["RecorderCore", "machine_clock", "recordings_root", "run_recorder", "serve_recorder"]

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.1
MAX_TRACKS = 4_096
WANTED_FILE = "wanted.json"


def machine_clock() -> MachineClock:
    """This boot's id and a pair of readings of both clocks."""
    try:
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot_id = ""
    return MachineClock(boot_id, time.time_ns() // 1_000_000, time.monotonic_ns())


class RecorderCore:
    """Everything of the recorder but its sockets' addresses. Belongs to one event loop."""

    def __init__(
        self,
        root: Path,
        *,
        open_file: FileFactory = SegmentFile,
        min_free_bytes: int,
        free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self.clock = machine_clock()
        self.wanted: dict[TrackKey, WantedTrack] = {}
        self.sinks: set[SinkProtocol] = set()
        self._root = root
        self._loop = asyncio.get_running_loop()
        self._pending: dict[str, Report] = {}
        self._client: asyncio.StreamWriter | None = None
        self._watermark = Watermark(min_free_bytes)
        self._disk = DiskWriter(
            root,
            lambda report: self._from_thread(self._add_report, report),
            lambda free: self._from_thread(self._see_free_space, free),
            open_file=open_file,
            free_bytes=free_bytes,
        )
        self._adopted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._answers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the threads, take over what is on disk, be ready for the engines."""
        for request in self._read_wanted():
            self._want(request)
        # Listed before a sink can open anything, so nothing of ours is adopted.
        left_behind = adopt(epoch_folders(self._root))
        self._disk.start()
        self._tasks = [
            asyncio.create_task(self._adopt(left_behind)),
            asyncio.create_task(self._poll()),
        ]

    async def close(self) -> None:
        """Close every segment properly and end."""
        tasks = [*self._tasks, *self._answers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            # Its reader ends by that; cancelled with the loop it would log a traceback.
            self._client.close()
        for wanted in self.wanted.values():
            wanted.end("recorder_stopped")
        for sink in list(self.sinks):
            sink.hang_up()
        await asyncio.to_thread(self._disk.close)

    # -- the app's verbs

    def begin(self, request: TrackRequest) -> None:
        """Accept this publication from an engine. Idempotent. ValueError if there is no room for it."""
        known = self.wanted.get(track_key(request))
        if known is not None and known.request == request:
            return
        if known is None and not self._watermark.admits(request.priority):
            raise ValueError(DISK_FULL)
        if known is not None:
            known.end("replaced")
        elif len(self.wanted) >= MAX_TRACKS:
            raise ValueError(f"more than {MAX_TRACKS} tracks")
        self._want(request)
        self._write_wanted()

    async def end(self, lesson_id: LessonId, publication_id: PublicationId | None) -> None:
        """Stop one track or (None) all of a lesson; returns when its segments are closed."""
        ended = [
            wanted
            for wanted in self.wanted.values()
            if wanted.request.lesson_id == lesson_id
            and publication_id in (None, wanted.request.publication_id)
        ]
        for wanted in ended:
            wanted.end("stopped")
            del self.wanted[track_key(wanted.request)]
        if ended:
            self._write_wanted()
        if publication_id is None:
            await self._adopted.wait()
        for wanted in ended:
            await asyncio.wrap_future(wanted.writer.drained())

    def want_keyframes(self, lesson_id: LessonId) -> None:
        for wanted in self.wanted.values():
            if wanted.request.lesson_id == lesson_id and wanted.track is not None:
                wanted.track.want_keyframe()

    def snapshot(self) -> RecorderSnapshot:
        return RecorderSnapshot(
            tracks=tuple(_track_snapshot(w) for w in self.wanted.values()),
            is_adopting=not self._adopted.is_set(),
        )

    def poll_track(self, wanted: WantedTrack, now_ns: int) -> None:
        """Let time pass for one track: late packets, keyframe requests, a failed disk."""
        if wanted.track is not None and wanted.track.poll(now_ns) and wanted.sink is not None:
            wanted.sink.ask_keyframe()

    # -- the control connection

    async def serve_control(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One app at a time: a new connection replaces the one before."""
        before, self._client = self._client, writer
        if before is not None:
            before.close()
        try:
            for report in list(self._pending.values()):
                writer.write(dump_line({"report": report_to_json(report)}))
            while line := await reader.readline():
                answer = asyncio.create_task(self._answer(parse_line(line), writer))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)
        except (OSError, ValueError) as error:
            log.warning("recording: control connection ended: %s", error)
        finally:
            if self._client is writer:
                self._client = None
            writer.close()

    async def _answer(self, line: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        try:
            answer = {"re": line.get("id"), "ok": await self._perform(line)}
        except (KeyError, TypeError, ValueError) as error:
            answer = {"re": line.get("id"), "error": str(error)}
        if not writer.is_closing():
            writer.write(dump_line(answer))

    async def _perform(self, line: dict[str, Any]) -> dict[str, Any]:
        match line["op"]:
            case "start":
                self.begin(request_from_json(line))
            case "stop":
                await self.end(line["lesson_id"], line["publication_id"])
            case "stop_lesson":
                await self.end(line["lesson_id"], None)
            case "want_keyframes":
                self.want_keyframes(line["lesson_id"])
            case "snapshot":
                return snapshot_to_json(self.snapshot())
            case "acknowledge":
                self._pending.pop(line["event_id"], None)
            case unknown:
                raise ValueError(f"unknown operation {unknown!r}")
        return {}

    # -- inside

    def _want(self, request: TrackRequest) -> None:
        writer = self._disk.track(request.lesson_id, request.publication_id)
        self.wanted[track_key(request)] = WantedTrack(request, writer)

    def _from_thread(self, call: Callable[[Any], None], value: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, value)
        except RuntimeError:
            # The loop is closed: the next recorder tells it again from disk.
            pass

    def _add_report(self, report: Report) -> None:
        self._pending[report.event_id] = report
        if self._client is not None and not self._client.is_closing():
            self._client.write(dump_line({"report": report_to_json(report)}))
        if isinstance(report, TrackStoppedReport):
            # Gone from `wanted` too, or the engine's next attempt would start it again.
            wanted = self.wanted.pop((report.lesson_id, report.publication_id), None)
            if wanted is not None:
                wanted.end(report.reason)
                self._write_wanted()

    def _see_free_space(self, free_bytes: int) -> None:
        """Stop the least important track if there is too little; the next look decides about one more."""
        running = [w for w in self.wanted.values() if w.track is not None]
        if not self._watermark.must_stop_one(free_bytes) or not running:
            return
        victim = max(running, key=lambda w: (w.request.priority, w.request.publication_id))
        request = victim.request
        log.error("recording: %d bytes free, stopping %s", free_bytes, request.publication_id)
        self._watermark.stopped(request.priority)
        stop_id = new_id("stp")
        self._add_report(
            TrackStoppedReport(request.lesson_id, request.publication_id, DISK_FULL, stop_id)
        )

    async def _adopt(self, reports: Any) -> None:
        try:
            while (report := await asyncio.to_thread(next, reports, None)) is not None:
                self._add_report(report)
        except Exception:
            log.exception("recording: adoption failed")
        finally:
            self._adopted.set()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_INTERVAL_S)
            now_ns = time.monotonic_ns()
            for wanted in self.wanted.values():
                self.poll_track(wanted, now_ns)

    def _read_wanted(self) -> list[TrackRequest]:
        """What was being written when the last recorder died: engines reconnect before the app does."""
        try:
            values = json.loads((self._root / WANTED_FILE).read_bytes())
            return [request_from_json(value) for value in values]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError):
            log.exception("recording: cannot read %s", WANTED_FILE)
            return []

    def _write_wanted(self) -> None:
        requests = json.dumps([request_to_json(w.request) for w in self.wanted.values()])

        def write() -> None:
            self._root.mkdir(parents=True, exist_ok=True)
            path = self._root / WANTED_FILE
            fresh = path.with_suffix(".tmp")
            fresh.write_text(requests)
            fresh.replace(path)

        self._disk.call(write)


def _track_snapshot(wanted: WantedTrack) -> TrackSnapshot:
    track = wanted.track
    return TrackSnapshot(
        request=wanted.request,
        has_sink=wanted.sink is not None,
        epoch_id=track.epoch_id if track else None,
        packets=track.packets if track else 0,
        frames=track.frames if track else 0,
        bytes_written=wanted.writer.bytes_written,
        gaps=track.gaps if track else 0,
    )


async def serve_recorder(
    core: RecorderCore, sink_socket: Path, control_socket: Path, stop: asyncio.Event
) -> None:
    """Listen on both sockets until `stop`; only this user may connect."""
    loop = asyncio.get_running_loop()
    await core.start()
    servers: list[asyncio.Server] = []
    try:
        for path in (sink_socket, control_socket):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
        umask = os.umask(0o177)
        try:
            servers.append(await loop.create_unix_server(lambda: SinkProtocol(core), sink_socket))
            servers.append(
                await asyncio.start_unix_server(
                    core.serve_control, control_socket, limit=MAX_LINE_BYTES
                )
            )
        finally:
            os.umask(umask)
        await stop.wait()
    finally:
        for server in servers:
            server.close()
        await core.close()


def run_recorder(settings: Settings) -> int:
    """Run the recorder process until SIGTERM or SIGINT; returns its exit code.

    Nothing is made in the recordings folder before a track is started.
    """

    async def main() -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        core = RecorderCore(
            recordings_root(settings), min_free_bytes=settings.recording_min_free_bytes
        )
        await serve_recorder(core, settings.recorder_sink_socket, settings.recorder_socket, stop)

    asyncio.run(main())
    return 0
