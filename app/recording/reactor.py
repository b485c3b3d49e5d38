"""Room events -> recorder and engines; recorder reports -> room commands; ended lessons -> jobs.

It reconciles: on each event of a recorded room, at start-up, and when the recorder or an engine
comes back, so any of them may restart at any time.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from app.errors import AppError, CommandRejected, NotFound
from app.ids import LessonId, ParticipantId, PublicationId
from app.media.port import EngineConnected, EngineUnavailable, MediaEngine, MediaEvent
from app.recording.desired import Detach, Record, Stop, desired_tracks, plan
from app.recording.port import (
    EpochClosedReport,
    EpochOpenedReport,
    NoRoom,
    Recorder,
    RecorderConnected,
    RecorderUnavailable,
    Report,
    SegmentClosedReport,
    TrackRequest,
    TrackStoppedReport,
)
from app.recording.repository import Recordings
from app.recording.requests import RecordingRequests
from app.rooms.commands import (
    ReportEpochClosed,
    ReportEpochOpened,
    ReportRecordingStopped,
    ReportSegmentClosed,
)
from app.rooms.events import CallUpAccepted, ClassroomSentDown, Heartbeat
from app.rooms.recorded import Recorded
from app.rooms.runtime import RoomRuntime, Rooms
from app.rooms.state import Phase

log = logging.getLogger(__name__)

RETRY_S = 1.0
START_AGAIN_S = 30.0
"""A track that the recorder gave up (disk) is tried again after this."""
RECORDER_PATIENCE_S = 20.0
"""An ended lesson waits this long for a recorder that is down; its files are whole up to the kill anyway."""

ReportCommand = ReportEpochOpened | ReportSegmentClosed | ReportEpochClosed | ReportRecordingStopped


class RecordingReactor:
    """Hand `on_room_events` to `Rooms` and `on_engine_event` to the media reactor's taps, then `start()`."""

    def __init__(
        self,
        rooms: Rooms,
        recorder: Recorder,
        engine_of: Callable[[LessonId], MediaEngine | None],
        requests: RecordingRequests,
        recordings: Recordings,
        root: Path,
    ) -> None:
        self._rooms = rooms
        self._recorder = recorder
        self._engine_of = engine_of
        self._requests = requests
        self._recordings = recordings
        self._root = root
        self._runtimes: dict[LessonId, RoomRuntime] = {}
        self._started: dict[LessonId, dict[PublicationId, TrackRequest]] = {}
        self._attached: dict[LessonId, set[PublicationId]] = {}
        self._given_up: dict[tuple[LessonId, PublicationId], float] = {}
        self._has_row: set[LessonId] = set()
        self._finished: set[LessonId] = set()
        self._ended_at: dict[LessonId, float] = {}
        self._dirty: set[LessonId] = set()
        self._keyframes_due: set[LessonId] = set()
        self._is_synchronised = False
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: set[asyncio.TimerHandle] = set()

    async def start(self) -> None:
        """Reconcile every recorded room and go on doing so. Call after `Rooms.resume_live`."""
        for runtime in self._rooms.live():
            self._note(runtime)
        self._tasks = [
            asyncio.create_task(self._run(), name="recording reactor"),
            asyncio.create_task(self._take_reports(), name="recorder reports"),
            asyncio.create_task(self._recover(), name="recording recovery"),
        ]

    async def close(self) -> None:
        """Stop reconciling. The recorder goes on writing."""
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def on_room_events(self, runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        """A RoomListener."""
        if not runtime.room.plan.is_recorded:
            return
        if any(isinstance(row.event, CallUpAccepted | ClassroomSentDown) for row in recorded):
            self._keyframes_due.add(runtime.lesson_id)
        if not all(isinstance(row.event, Heartbeat) for row in recorded):
            self._note(runtime)

    def on_engine_event(self, _index: int, event: MediaEvent) -> None:
        """An EngineTap: an engine that comes back may have lost its sinks."""
        if isinstance(event, EngineConnected):
            self._attached.clear()
            self._dirty.update(self._runtimes)
            self._wake.set()

    # -- reconciling

    def _note(self, runtime: RoomRuntime) -> None:
        if runtime.room.plan.is_recorded:
            self._runtimes[runtime.lesson_id] = runtime
            self._mark(runtime.lesson_id)

    def _mark(self, lesson_id: LessonId) -> None:
        self._dirty.add(lesson_id)
        self._wake.set()

    def _mark_later(self, lesson_id: LessonId, delay_s: float) -> None:
        def mark() -> None:
            self._timers.discard(timer)
            self._mark(lesson_id)

        timer = asyncio.get_running_loop().call_later(delay_s, mark)
        self._timers.add(timer)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._synchronise()
            except RecorderUnavailable:
                pass  # Its next connect wakes us.
            dirty, self._dirty = self._dirty, set()
            for lesson_id in sorted(dirty):
                try:
                    await self._reconcile(lesson_id)
                except (RecorderUnavailable, EngineUnavailable) as error:
                    log.info("recording: %s waits: %s", lesson_id, error)
                    self._mark_later(lesson_id, RETRY_S)
                except NotFound:
                    await self._drop(lesson_id)
                except Exception:
                    log.exception("recording: reconciling %s failed", lesson_id)
                    self._mark_later(lesson_id, RETRY_S)

    async def _reconcile(self, lesson_id: LessonId) -> None:
        runtime = self._runtimes.get(lesson_id)
        if runtime is None or runtime.is_stopped:
            runtime = self._runtimes[lesson_id] = await self._rooms.get(lesson_id)
        room = runtime.room
        if room.phase is Phase.ENDED:
            await self._finish(lesson_id)
            return
        if room.phase is not Phase.LIVE:
            return
        # It was cancelled before, perhaps, and restored: this is its first end that matters.
        self._finished.discard(lesson_id)
        if lesson_id not in self._has_row and room.started_ms is not None:
            await self._recordings.begin(lesson_id, room.started_ms)
            self._has_row.add(lesson_id)
        desired = {
            identifier: request
            for identifier, request in desired_tracks(room).items()
            if not self._is_given_up(lesson_id, identifier)
        }
        await self._call(lesson_id, desired)
        if lesson_id in self._keyframes_due:
            self._keyframes_due.discard(lesson_id)
            await self._recorder.want_keyframes(lesson_id)

    async def _call(self, lesson_id: LessonId, desired: dict[PublicationId, TrackRequest]) -> None:
        started = self._started.setdefault(lesson_id, {})
        attached = self._attached.setdefault(lesson_id, set())
        engine = self._engine_of(lesson_id)
        for call in list(plan(desired, started, attached)):
            match call:
                case Detach(publication_id):
                    if engine is not None:
                        await engine.detach_sink(lesson_id, publication_id)
                    attached.discard(publication_id)
                case Stop(publication_id):
                    await self._recorder.stop(lesson_id, publication_id)
                    started.pop(publication_id, None)
                case Record(request):
                    try:
                        sink = await self._recorder.start(request)
                    except NoRoom:
                        self._give_up(lesson_id, request.publication_id)
                        continue
                    started[request.publication_id] = request
                    if engine is None:
                        raise EngineUnavailable(f"lesson {lesson_id} has no engine yet")
                    await engine.attach_sink(sink)
                    attached.add(request.publication_id)

    async def _synchronise(self) -> None:
        """Once after each connect: what does the recorder write, for us or for a server before us?

        It goes on with what it was told last; what is over by now is stopped by reconciling it.
        """
        if self._is_synchronised:
            return
        snapshot = await self._recorder.snapshot()
        self._started.clear()
        for track in snapshot.tracks:
            request = track.request
            self._started.setdefault(request.lesson_id, {})[request.publication_id] = request
        self._is_synchronised = True
        self._finished -= self._started.keys()
        self._dirty |= self._started.keys()

    def _is_given_up(self, lesson_id: LessonId, publication_id: PublicationId) -> bool:
        since = self._given_up.get((lesson_id, publication_id))
        return since is not None and time.monotonic() - since < START_AGAIN_S

    async def _finish(self, lesson_id: LessonId) -> None:
        """The lesson is over: no more packets, close the segments, hand over to the finaliser."""
        if lesson_id in self._finished:
            self._runtimes.pop(lesson_id, None)
            return
        engine = self._engine_of(lesson_id)
        for publication_id in sorted(self._attached.pop(lesson_id, set())):
            if engine is not None and engine.is_available:
                await engine.detach_sink(lesson_id, publication_id)
        since = self._ended_at.setdefault(lesson_id, time.monotonic())
        try:
            await self._recorder.stop_lesson(lesson_id)
        except RecorderUnavailable:
            if time.monotonic() - since < RECORDER_PATIENCE_S:
                raise
        await self._requests.finalize(lesson_id)
        self._finished.add(lesson_id)
        self._started.pop(lesson_id, None)
        self._runtimes.pop(lesson_id, None)
        self._ended_at.pop(lesson_id, None)

    async def _drop(self, lesson_id: LessonId) -> None:
        """The recorder writes a lesson that this database does not know."""
        log.warning("recording: unknown lesson %s is no longer written", lesson_id)
        self._started.pop(lesson_id, None)
        try:
            await self._recorder.stop_lesson(lesson_id)
        except RecorderUnavailable:
            pass  # Seen again in its next snapshot.

    async def _recover(self) -> None:
        """Lessons that ended, or whose server died, before they were finalised."""
        lesson_ids = set(await self._recordings.unfinished())
        lesson_ids |= set(await asyncio.to_thread(self._lessons_on_disk))
        for lesson_id in sorted(lesson_ids):
            try:
                runtime = await self._rooms.get(lesson_id)
            except NotFound:
                log.warning("recording: segments of an unknown lesson %s are left alone", lesson_id)
                continue
            except AppError as error:
                log.warning("recording: %s cannot be recovered yet: %s", lesson_id, error)
                self._mark_later(lesson_id, 10 * RETRY_S)
                continue
            self._note(runtime)

    def _lessons_on_disk(self) -> list[LessonId]:
        if not self._root.is_dir():
            return []
        return [LessonId(folder.name) for folder in self._root.iterdir() if folder.is_dir()]

    # -- reports

    async def _take_reports(self) -> None:
        async for event in self._recorder.events():
            if isinstance(event, RecorderConnected):
                self._is_synchronised = False
                self._dirty.update(self._runtimes)
                self._wake.set()
            else:
                await self._take(event)

    async def _take(self, report: Report) -> None:
        try:
            runtime = await self._rooms.get(report.lesson_id)
            await runtime.execute(command_for(report))
            if isinstance(report, SegmentClosedReport):
                await self._requests.upload(report.lesson_id, report.segment_id)
            await self._recorder.acknowledge(report.event_id)
        except NotFound:
            log.warning("recording: report %s of an unknown lesson", report.event_id)
            await self._acknowledge_quietly(report)
        except (AppError, CommandRejected, RecorderUnavailable) as error:
            log.info("recording: report %s is taken later: %s", report.event_id, error)
            self._take_later(report)
        except Exception:
            log.exception("recording: report %s failed", report.event_id)
            self._take_later(report)
        if isinstance(report, TrackStoppedReport):
            self._started.get(report.lesson_id, {}).pop(report.publication_id, None)
            self._give_up(report.lesson_id, report.publication_id)
            self._mark(report.lesson_id)

    def _give_up(self, lesson_id: LessonId, publication_id: PublicationId) -> None:
        """Not now; asked for again in a while."""
        self._given_up[lesson_id, publication_id] = time.monotonic()
        self._mark_later(lesson_id, START_AGAIN_S)

    async def _acknowledge_quietly(self, report: Report) -> None:
        try:
            await self._recorder.acknowledge(report.event_id)
        except RecorderUnavailable:
            pass  # It is told again.

    def _take_later(self, report: Report) -> None:
        def again() -> None:
            self._timers.discard(timer)
            task = asyncio.get_running_loop().create_task(self._take(report))
            self._tasks.append(task)
            task.add_done_callback(self._tasks.remove)

        timer = asyncio.get_running_loop().call_later(RETRY_S, again)
        self._timers.add(timer)


def command_for(report: Report) -> ReportCommand:
    """The report as the command that the room takes."""
    match report:
        case EpochOpenedReport():
            participant_id, source = _parts(report.publication_id)
            return ReportEpochOpened(report.epoch_id, participant_id, source, report.codec)
        case SegmentClosedReport():
            return ReportSegmentClosed(
                report.segment_id,
                report.epoch_id,
                report.size_bytes,
                report.sha256,
                report.sidecar_sha256,
            )
        case EpochClosedReport():
            return ReportEpochClosed(report.epoch_id)
        case TrackStoppedReport():
            participant_id, source = _parts(report.publication_id)
            return ReportRecordingStopped(participant_id, source, report.reason)


def _parts(publication_id: PublicationId) -> tuple[ParticipantId, str]:
    participant_id, _, source = publication_id.rpartition("/")
    return ParticipantId(participant_id), source
