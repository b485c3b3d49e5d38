"""The live room: one task owns it and takes commands from a bounded mailbox; nothing happens that is not journalled.

Everything outside of the process is handed in: the journal, the plan, the clock, the listeners.
"""

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.errors import CommandRejected, Unavailable
from app.ids import LessonId
from app.rooms.commands import CheckDeadlines, Command, ServerCommand, TakeUpRoom
from app.rooms.deadlines import next_deadline
from app.rooms.decide import decide
from app.rooms.events import Event
from app.rooms.evolve import evolve, fold
from app.rooms.presence import is_to_reopen
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan, Phase, Room

MAILBOX_SIZE = 256
"""Commands of participants that wait for one room; more are refused as `busy`, never awaited."""
MAILBOX_SIZE_FOR_REPORTS = 2048
"""Reports of engine, recorder and sockets may wait longer: nobody else repeats them soon."""
RELEASE_AFTER_MS = 900_000
"""A room whose lesson is over leaves memory this long after its last command."""
CLAIM_AGAIN_AFTER_MS = 10_000
"""After another process took a lesson: two processes must not claim it in turn."""

_log = logging.getLogger(__name__)


class TimerHandle(Protocol):
    def cancel(self) -> None: ...


class Clock:
    """The lesson clock of one process: UTC read once at its start, the monotonic clock from there on.

    A wall clock that is set back during a lesson changes nothing.
    """

    def __init__(self) -> None:
        self.boot_id = f"boot_{secrets.token_hex(8)}"
        self._anchor_utc_ms = time.time_ns() // 1_000_000
        self._anchor_mono_ns = time.monotonic_ns()

    def now_ms(self) -> int:
        """UTC milliseconds by the lesson clock."""
        return self._anchor_utc_ms + (self.mono_ns() - self._anchor_mono_ns) // 1_000_000

    def mono_ns(self) -> int:
        """The monotonic clock, nanoseconds; comparable only within one boot of the machine."""
        return time.monotonic_ns()

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> TimerHandle:
        """Call back once, at or shortly after `at_ms`, on the running event loop."""
        delay_s = max(0, at_ms - self.now_ms()) / 1000
        return asyncio.get_running_loop().call_later(delay_s, callback)


class JournalConflict(Exception):
    """Another process owns this lesson now: its lease is newer, or a `seq` is taken."""


class RoomJournal(Protocol):
    """Where the events of lessons are kept."""

    async def claim(self, lesson_id: LessonId) -> int:
        """Become the writer of this lesson. Returns the lease epoch; older leases can no longer append."""
        ...

    async def load(self, lesson_id: LessonId, after_seq: int = 0) -> list[Recorded]:
        """All rows after `after_seq`, in order."""
        ...

    async def append(
        self, lesson_id: LessonId, lease_epoch: int, recorded: Sequence[Recorded]
    ) -> None:
        """All rows or none, durable on return, projectors inside. Raises JournalConflict."""
        ...


@dataclass(slots=True)
class _Letter:
    command: Command
    reply: "asyncio.Future[tuple[Recorded, ...]]"


RoomListener = Callable[["RoomRuntime", tuple[Recorded, ...]], None]


class RoomRuntime:
    """One live room. `room` is always what the journal says; `execute` is the only way to change it."""

    def __init__(
        self,
        room: Room,
        journal: RoomJournal,
        lease_epoch: int,
        clock: Clock,
        listener: RoomListener,
    ) -> None:
        self.room = room
        self.lesson_id = room.plan.lesson_id
        self.is_taken_over = False
        """Another process owns the lesson; this runtime is stopped for good."""
        self._journal = journal
        self._lease_epoch = lease_epoch
        self._clock = clock
        self._listener = listener
        # A wall clock that was set back between two processes must not turn the journal's time back.
        self._offset_ms = max(0, room.at_ms - clock.now_ms())
        self._mailbox: deque[_Letter] = deque()
        self._wake = asyncio.Event()
        self._timer: TimerHandle | None = None
        self._is_due = False
        self._is_anchored = False
        self._is_in_doubt = False
        self._last_command_ms = clock.now_ms()
        self._task: asyncio.Task[None] | None = None
        self._stopped = asyncio.Event()

    def now_ms(self) -> int:
        """The lesson clock of this room."""
        return self._clock.now_ms() + self._offset_ms

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    async def wait_stopped(self) -> None:
        """Returns when the room no longer takes commands in this process: get it anew from `Rooms`."""
        await self._stopped.wait()

    @property
    def idle_since_ms(self) -> int:
        """When the last command came, clock of the process."""
        return self._last_command_ms

    async def start(self) -> None:
        """Take the room up: anchor the clock, cut those whose sockets died with the previous process."""
        self._task = asyncio.create_task(self._run(), name=f"room {self.lesson_id}")
        if self.room.phase is not Phase.ENDED or is_to_reopen(self.room):
            await self.execute(self._take_up())

    async def execute(self, command: Command) -> tuple[Recorded, ...]:
        """Journal what `command` leads to and return it; empty when it changes nothing.

        Raises CommandRejected (also `busy`: the mailbox is full), or Unavailable when the room was stopped
        or the journal cannot be written; then nothing has happened. A caller that is cancelled meanwhile
        does not undo its command.
        """
        if self._stopped.is_set():
            raise _stopped_error()
        is_report = isinstance(command, ServerCommand)
        if len(self._mailbox) >= (MAILBOX_SIZE_FOR_REPORTS if is_report else MAILBOX_SIZE):
            raise CommandRejected("busy", "The lesson is busy. Try again in a moment.")
        reply: asyncio.Future[tuple[Recorded, ...]] = asyncio.get_running_loop().create_future()
        self._last_command_ms = self._clock.now_ms()
        self._mailbox.append(_Letter(command, reply))
        self._wake.set()
        return await reply

    async def close(self) -> None:
        """Stop the task; commands that wait are refused as unavailable. The journal has all that happened."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._stop()

    async def _run(self) -> None:
        try:
            while not self.is_taken_over:
                self._arm_timer()
                await self._wake.wait()
                self._wake.clear()
                if self._is_due:
                    self._is_due = False
                    await self._check_deadlines()
                while self._mailbox and not self.is_taken_over:
                    await self._answer(self._mailbox.popleft())
        finally:
            self._stop()

    def _stop(self) -> None:
        self._stopped.set()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._mailbox:
            letter = self._mailbox.popleft()
            if not letter.reply.done():
                letter.reply.set_exception(_stopped_error())

    def _arm_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_ms = next_deadline(self.room)
        if self._is_in_doubt:
            # The journal cannot be written: try the same deadline again, but not at full speed.
            due_ms = self.now_ms() + 1_000
        if due_ms is not None:
            self._timer = self._clock.call_at(due_ms - self._offset_ms, self._on_timer)

    def _on_timer(self) -> None:
        self._is_due = True
        self._wake.set()

    async def _check_deadlines(self) -> None:
        try:
            await self._perform(CheckDeadlines())
        except Unavailable:
            pass  # Logged where it happened; the timer is armed again.
        except Exception:
            _log.exception("room %s: checking deadlines failed", self.lesson_id)
            self._is_in_doubt = True

    async def _answer(self, letter: _Letter) -> None:
        """Perform one command; its failure belongs to the caller, never to the room."""
        try:
            recorded = await self._perform(letter.command)
        except asyncio.CancelledError:
            if not letter.reply.done():
                letter.reply.set_exception(_stopped_error())
            raise
        except (CommandRejected, Unavailable) as error:
            if not letter.reply.done():
                letter.reply.set_exception(error)
        except Exception as error:
            _log.exception("room %s: %s failed", self.lesson_id, type(letter.command).__name__)
            if not letter.reply.done():
                letter.reply.set_exception(error)
        else:
            if not letter.reply.done():
                letter.reply.set_result(recorded)

    async def _perform(self, command: Command) -> tuple[Recorded, ...]:
        if self._is_in_doubt:
            await self._catch_up()
        if self.room.phase is not Phase.ENDED and not isinstance(
            command, TakeUpRoom | CheckDeadlines
        ):
            await self._check_overdue()
        events = decide(self.room, command, self.now_ms())
        if isinstance(command, TakeUpRoom):
            self._is_anchored = True
        elif events and not self._is_anchored:
            # A lesson that is over is anchored only if something is still written to it.
            events = (*decide(self.room, self._take_up(), self.now_ms()), *events)
            self._is_anchored = True
        return await self._commit(events)

    async def _check_overdue(self) -> None:
        """Deadlines come before a command that arrives after them, also when the timer is late."""
        due_ms = next_deadline(self.room)
        if due_ms is not None and due_ms <= self.now_ms():
            await self._commit(decide(self.room, CheckDeadlines(), self.now_ms()))

    async def _commit(self, events: tuple[Event, ...]) -> tuple[Recorded, ...]:
        """Append in one transaction, then fold and tell the listeners."""
        if not events:
            return ()
        at_ms, mono_ns = self.now_ms(), self._clock.mono_ns()
        recorded = tuple(
            Recorded(self.room.seq + i, at_ms, mono_ns, event) for i, event in enumerate(events, 1)
        )
        try:
            await self._journal.append(self.lesson_id, self._lease_epoch, recorded)
        except JournalConflict as error:
            _log.warning("room %s: another process owns the lesson, stopping", self.lesson_id)
            self.is_taken_over = True
            raise _stopped_error() from error
        except Exception as error:
            _log.exception("room %s: the journal cannot be written", self.lesson_id)
            self._is_in_doubt = True
            raise Unavailable(
                "The server cannot save what happens. Nothing was changed.",
                code="journal_unavailable",
            ) from error
        self._publish(recorded)
        return recorded

    async def _catch_up(self) -> None:
        """After a failed append it is unknown what was written: the journal decides."""
        try:
            written = await self._journal.load(self.lesson_id, self.room.seq)
        except Exception as error:
            _log.exception("room %s: the journal cannot be read", self.lesson_id)
            raise Unavailable(
                "The server cannot save what happens. Nothing was changed.",
                code="journal_unavailable",
            ) from error
        self._is_in_doubt = False
        if written:
            self._publish(tuple(written))

    def _publish(self, recorded: tuple[Recorded, ...]) -> None:
        for row in recorded:
            self.room = evolve(self.room, row)
        self._listener(self, recorded)

    def _take_up(self) -> TakeUpRoom:
        return TakeUpRoom(self._clock.boot_id, self._clock.mono_ns(), self.now_ms())


def _stopped_error() -> Unavailable:
    return Unavailable("The lesson moved to another server. Reconnect.", code="room_stopped")


class Rooms:
    """The rooms of this process, taken up on demand."""

    def __init__(
        self,
        journal: RoomJournal,
        load_plan: Callable[[LessonId], Awaitable[LessonPlan]],
        clock: Clock,
        listeners: Sequence[RoomListener] = (),
    ) -> None:
        self._journal = journal
        self._load_plan = load_plan
        self._clock = clock
        self._listeners: list[RoomListener] = list(listeners)
        self._runtimes: dict[LessonId, RoomRuntime] = {}
        self._opening: dict[LessonId, asyncio.Task[RoomRuntime]] = {}
        self._release_timers: dict[LessonId, TimerHandle] = {}
        self._releasing: set[asyncio.Task[None]] = set()
        self._claim_again_ms: dict[LessonId, int] = {}
        self._is_closed = False

    def add_listener(self, listener: RoomListener) -> None:
        """Also called for rooms that are taken up already."""
        self._listeners.append(listener)

    async def get(self, lesson_id: LessonId) -> RoomRuntime:
        """The room of this lesson, loaded from its journal if need be.

        Raises what `load_plan` raises for an unknown lesson, and Unavailable while another process owns it.
        """
        runtime = self._runtimes.get(lesson_id)
        if runtime is not None and not runtime.is_stopped:
            return runtime
        if self._is_closed:
            raise Unavailable("The server is going away.", code="server_closing")
        if runtime is not None:
            self._forget(runtime)
        self._check_claim(lesson_id)
        opening = self._opening.get(lesson_id)
        if opening is None:
            opening = asyncio.create_task(self._open(lesson_id), name=f"open room {lesson_id}")
            self._opening[lesson_id] = opening
            opening.add_done_callback(lambda _: self._opening.pop(lesson_id, None))
        # One caller that gives up must not fail the others.
        return await asyncio.shield(opening)

    def is_open(self, lesson_id: LessonId) -> bool:
        """In memory, or about to be."""
        return lesson_id in self._runtimes or lesson_id in self._opening

    async def renew(self, lesson_id: LessonId) -> None:
        """The plan of this lesson has changed: who is in its room comes back to one that knows."""
        opening = self._opening.get(lesson_id)
        if opening is not None:
            await asyncio.wait([opening])
        runtime = self._runtimes.get(lesson_id)
        if runtime is not None:
            self._forget(runtime)
            await runtime.close()

    def live(self) -> list[RoomRuntime]:
        """Rooms in memory whose lesson is not over (waiting or live)."""
        return [
            r
            for r in self._runtimes.values()
            if not r.is_stopped and r.room.phase is not Phase.ENDED
        ]

    async def resume_live(self, lesson_ids: Iterable[LessonId]) -> None:
        """Take up the lessons that were live when the previous process stopped. A broken one stops no other."""
        for lesson_id in lesson_ids:
            try:
                await self.get(lesson_id)
            except Exception:
                _log.exception("room %s: cannot be taken up", lesson_id)

    async def close(self) -> None:
        """Stop every room and wait for its task."""
        self._is_closed = True
        for timer in self._release_timers.values():
            timer.cancel()
        self._release_timers.clear()
        opening = list(self._opening.values())
        for task in opening:
            task.cancel()
        await asyncio.gather(*opening, *self._releasing, return_exceptions=True)
        runtimes, self._runtimes = list(self._runtimes.values()), {}
        await asyncio.gather(*(runtime.close() for runtime in runtimes))

    async def _open(self, lesson_id: LessonId) -> RoomRuntime:
        plan = await self._load_plan(lesson_id)
        lease_epoch = await self._journal.claim(lesson_id)
        room = fold(plan, await self._journal.load(lesson_id))
        runtime = RoomRuntime(room, self._journal, lease_epoch, self._clock, self._tell)
        try:
            await runtime.start()
        except BaseException:
            await runtime.close()
            raise
        self._runtimes[lesson_id] = runtime
        if runtime.room.phase is Phase.ENDED:
            self._arm_release(runtime)
        _log.info("room %s: taken up at seq %d, %s", lesson_id, room.seq, room.phase)
        return runtime

    def _check_claim(self, lesson_id: LessonId) -> None:
        again_ms = self._claim_again_ms.get(lesson_id)
        if again_ms is None:
            return
        if self._clock.now_ms() < again_ms:
            raise _stopped_error()
        del self._claim_again_ms[lesson_id]

    def _tell(self, runtime: RoomRuntime, recorded: tuple[Recorded, ...]) -> None:
        for listener in self._listeners:
            try:
                listener(runtime, recorded)
            except Exception:
                _log.exception("room %s: a listener failed", runtime.lesson_id)
        if runtime.room.phase is Phase.ENDED and runtime.lesson_id not in self._release_timers:
            self._arm_release(runtime)

    def _arm_release(self, runtime: RoomRuntime) -> None:
        at_ms = runtime.idle_since_ms + RELEASE_AFTER_MS
        self._release_timers[runtime.lesson_id] = self._clock.call_at(
            at_ms, lambda: self._release(runtime)
        )

    def _release(self, runtime: RoomRuntime) -> None:
        self._release_timers.pop(runtime.lesson_id, None)
        if runtime.idle_since_ms + RELEASE_AFTER_MS > self._clock.now_ms():
            self._arm_release(runtime)
            return
        if self._runtimes.get(runtime.lesson_id) is runtime:
            del self._runtimes[runtime.lesson_id]
        task = asyncio.create_task(runtime.close(), name=f"release room {runtime.lesson_id}")
        self._releasing.add(task)
        task.add_done_callback(self._releasing.discard)

    def _forget(self, runtime: RoomRuntime) -> None:
        del self._runtimes[runtime.lesson_id]
        timer = self._release_timers.pop(runtime.lesson_id, None)
        if timer is not None:
            timer.cancel()
        if runtime.is_taken_over:
            self._claim_again_ms[runtime.lesson_id] = self._clock.now_ms() + CLAIM_AGAIN_AFTER_MS
