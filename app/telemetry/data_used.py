"""Keeps the account of every place whose link an engine measures, and tells the pages."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from app.ids import LessonId, ParticipantId
from app.media.port import EngineConnected, MediaEvent, QualityMeasured
from app.telemetry.account import Account, Usage

SAVE_INTERVAL_S = 10.0
"""One transaction in this time, for all lessons together. What an app that is killed did not save, its successor
reads from the engine, which counts on."""
KEEP_S = 600.0
"""An account that nothing is told of leaves memory after this; the table has it."""
RETRY_S = 1.0

Place = tuple[LessonId, ParticipantId]
UsageListener = Callable[[LessonId, ParticipantId, Usage], None]
_log = logging.getLogger(__name__)


class DataUsedStore(Protocol):
    async def load(self, lesson_id: LessonId) -> dict[ParticipantId, Account]: ...

    async def save(self, accounts: Mapping[Place, Account]) -> None: ...


class DataUsedAccounts:
    """Owner of the accounts. `on_engine_event` is an EngineTap; `run` does the work, `close` saves the rest."""

    def __init__(
        self, store: DataUsedStore, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.listeners: list[UsageListener] = []
        self._store = store
        self._clock = clock
        self._epochs: dict[int, int] = {}
        self._readings: dict[Place, tuple[int, int, int]] = {}
        """The newest of each place: told faster than they are booked, the older ones are skipped."""
        self._lessons: dict[LessonId, dict[ParticipantId, Account]] = {}
        self._touched_at: dict[LessonId, float] = {}
        self._unsaved: set[Place] = set()
        self._saved_at = float("-inf")
        self._wake = asyncio.Event()

    def on_engine_event(self, index: int, event: MediaEvent) -> None:
        """Take note; never waits."""
        match event:
            case EngineConnected():
                self._epochs[index] = event.media_epoch
            case QualityMeasured():
                place = (event.lesson_id, event.participant_id)
                epoch = self._epochs.get(index, 0)
                self._readings[place] = (epoch, event.bytes_sent, event.bytes_received)
                self._wake.set()
            case _:
                pass

    async def of(self, lesson_id: LessonId) -> Mapping[ParticipantId, Usage]:
        """What each place of the lesson used so far, also of a lesson that is over."""
        accounts = self._lessons.get(lesson_id)
        if accounts is None:
            accounts = await self._store.load(lesson_id)
        return {participant_id: account.usage for participant_id, account in accounts.items()}

    async def run(self) -> None:
        """Book readings as they come, save every 10 s."""
        while True:
            try:
                async with asyncio.timeout(SAVE_INTERVAL_S if self._unsaved else None):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self._book()
                if self._unsaved and self._clock() - self._saved_at >= SAVE_INTERVAL_S:
                    await self._save()
                self._forget()
            except Exception:
                _log.exception("data used: not booked, trying again")
                self._wake.set()
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        """Save what is not saved. The task of `run` has ended."""
        if self._unsaved:
            await self._save()

    async def _book(self) -> None:
        while self._readings:
            place = next(iter(self._readings))
            lesson_id, participant_id = place
            accounts = self._lessons.get(lesson_id)
            if accounts is None:
                accounts = self._lessons[lesson_id] = await self._store.load(lesson_id)
            media_epoch, sent, received = self._readings.pop(place)
            self._touched_at[lesson_id] = self._clock()
            account = accounts.setdefault(participant_id, Account(media_epoch))
            if account.take(media_epoch, sent, received):
                self._unsaved.add(place)
            for listener in self.listeners:
                listener(lesson_id, participant_id, account.usage)

    async def _save(self) -> None:
        # Copies: readings may be booked while the database writes.
        saving = {place: replace(self._lessons[place[0]][place[1]]) for place in self._unsaved}
        await self._store.save(saving)
        self._saved_at = self._clock()
        self._unsaved.difference_update(saving)

    def _forget(self) -> None:
        now = self._clock()
        kept = {lesson_id for lesson_id, _ in self._unsaved}
        for lesson_id, touched_at in list(self._touched_at.items()):
            if now - touched_at > KEEP_S and lesson_id not in kept:
                del self._touched_at[lesson_id], self._lessons[lesson_id]
