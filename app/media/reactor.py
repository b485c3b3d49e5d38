"""Room events -> engines, engine events -> room commands. One task per engine reconciles; nothing else calls it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from app.errors import AppError, CommandRejected
from app.ids import LessonId, is_session_device
from app.media.page_grants import MediaListener
from app.media.port import MediaEngine
from app.media.reconciler import RETRY_S, EngineReconciler, EngineTap, Pending
from app.rooms.commands import ReportHeard, ReportPublication, ReportQuality
from app.rooms.events import DeviceReplaced, ParticipantJoined, ParticipantLeft, ParticipantReturned
from app.rooms.recorded import Recorded
from app.rooms.runtime import RoomRuntime, Rooms
from app.rooms.state import Phase
from app.rooms.views import VideoCaps

_log = logging.getLogger(__name__)


LoadEngine = Callable[[LessonId], Awaitable[int | None]]
SaveEngine = Callable[[LessonId, int], Awaitable[None]]


class MediaReactor:
    """Keeps every engine as the rooms want it. Hand `on_room_events` to `Rooms` as a listener, then `start()`."""

    def __init__(
        self,
        rooms: Rooms,
        engines: Sequence[MediaEngine],
        load_engine: LoadEngine,
        save_engine: SaveEngine,
        caps: VideoCaps | None = None,
    ) -> None:
        self._rooms = rooms
        self._engines = tuple(engines)
        self._load_engine = load_engine
        self._save_engine = save_engine
        self.caps = caps or VideoCaps()
        self.listeners: list[MediaListener] = []
        self.taps: list[EngineTap] = []
        """Called with the index of the engine and each of its events, before the reactor acts on it."""
        self._workers = [EngineReconciler(self, i, e) for i, e in enumerate(self._engines)]
        self._assigned: dict[LessonId, int] = {}
        self._assigning: dict[LessonId, asyncio.Task[None]] = {}
        self._runtimes: dict[LessonId, RoomRuntime] = {}

    async def start(self) -> None:
        """Reconcile every room in memory and go on doing so. Call after `Rooms.resume_live`."""
        for worker in self._workers:
            worker.start()
        for runtime in self._rooms.live():
            self._note(runtime)

    async def close(self) -> None:
        """Stop reconciling. The engines and their peers go on."""
        assigning = list(self._assigning.values())
        for task in assigning:
            task.cancel()
        await asyncio.gather(*assigning, return_exceptions=True)
        for worker in self._workers:
            await worker.close()

    def engine_index_of(self, lesson_id: LessonId) -> int | None:
        """Which engine serves this lesson; None while it is not assigned."""
        return self._assigned.get(lesson_id)

    def engine_of(self, lesson_id: LessonId) -> MediaEngine | None:
        """The engine that serves this lesson; None while it is not assigned."""
        index = self._assigned.get(lesson_id)
        return None if index is None else self._engines[index]

    def on_room_events(self, runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        """A RoomListener."""
        worker = self._note(runtime)
        for row in recorded:
            match row.event:
                case ParticipantJoined() | ParticipantReturned():
                    self._pending(runtime, worker).grant_due.add(row.event.participant_id)
                case DeviceReplaced() if is_session_device(row.event.old_device_id):
                    # It only stood in: the connections of the page that comes back are still its own.
                    self._pending(runtime, worker).grant_due.add(row.event.participant_id)
                case DeviceReplaced():
                    # The connections belong to a page that lost its place; the new one starts afresh.
                    pending = self._pending(runtime, worker)
                    pending.close_due.add(row.event.participant_id)
                    pending.grant_due.add(row.event.participant_id)
                case ParticipantLeft():
                    # As above, and whoever comes back later finds no session of before.
                    self._pending(runtime, worker).remove_due.add(row.event.participant_id)

    # -- for the workers

    def runtime_of(self, lesson_id: LessonId) -> RoomRuntime | None:
        runtime = self._runtimes.get(lesson_id)
        return None if runtime is None or runtime.is_stopped else runtime

    def lessons_of(self, index: int) -> list[LessonId]:
        return [k for k in self._runtimes if self._assigned.get(k) == index]

    async def room_in_snapshot(self, lesson_id: LessonId, index: int) -> bool:
        """Whether a room that an engine holds is still wanted there; takes the room up if need be."""
        runtime = self.runtime_of(lesson_id)
        if runtime is None:
            try:
                runtime = await self._rooms.get(lesson_id)
            except AppError as error:
                _log.info("room %s of engine %d: %s", lesson_id, index, error)
                # Another process may hold it for a moment; only an unknown lesson is closed at once.
                return error.status == 503
        if runtime.room.phase is Phase.ENDED:
            return False
        self._note(runtime)
        task = self._assigning.get(lesson_id)
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)
        return self._assigned.get(lesson_id) == index

    def forget(self, lesson_id: LessonId) -> None:
        self._runtimes.pop(lesson_id, None)
        self._assigned.pop(lesson_id, None)

    async def execute(
        self, lesson_id: LessonId, command: ReportPublication | ReportQuality | ReportHeard
    ) -> bool:
        """Report to the room. False: it was not taken, reconcile again later."""
        try:
            runtime = self.runtime_of(lesson_id) or await self._rooms.get(lesson_id)
            await runtime.execute(command)
        except (AppError, CommandRejected) as error:
            _log.warning("room %s: %s was not taken: %s", lesson_id, type(command).__name__, error)
            return isinstance(error, AppError) and error.status == 404
        return True

    # -- assignment

    def _note(self, runtime: RoomRuntime) -> EngineReconciler | None:
        """Remember the room and reconcile it; None while it has no engine yet."""
        lesson_id = runtime.lesson_id
        if runtime.room.phase is Phase.ENDED and lesson_id not in self._runtimes:
            return None
        self._runtimes[lesson_id] = runtime
        index = self._assigned.get(lesson_id)
        if index is None:
            if lesson_id not in self._assigning and self._engines:
                task = asyncio.create_task(self._assign(lesson_id), name=f"assign {lesson_id}")
                self._assigning[lesson_id] = task
            return None
        self._workers[index].reconcile(lesson_id)
        return self._workers[index]

    def _pending(self, runtime: RoomRuntime, worker: EngineReconciler | None) -> Pending:
        # Without an engine nobody has peers or a grant: the first reconciliation sends grants to all.
        return Pending() if worker is None else worker.pending(runtime.lesson_id)

    async def _assign(self, lesson_id: LessonId) -> None:
        while True:
            try:
                index = await self._load_engine(lesson_id)
                if index is None or not 0 <= index < len(self._engines):
                    index = self._least_loaded()
                    await self._save_engine(lesson_id, index)
                break
            except Exception:
                _log.exception("room %s: no media engine can be assigned", lesson_id)
                await asyncio.sleep(RETRY_S)
        del self._assigning[lesson_id]
        self._assigned[lesson_id] = index
        self._workers[index].reconcile(lesson_id)

    def _least_loaded(self) -> int:
        """An engine that runs, with the fewest lessons."""
        load = [0] * len(self._engines)
        for index in self._assigned.values():
            load[index] += 1
        order = sorted(range(len(load)), key=lambda i: (not self._engines[i].is_available, load[i]))
        return order[0]
