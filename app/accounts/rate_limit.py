"""How often somebody may fail: a sliding count per key, in bounded memory."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from app.errors import RateLimited


class RateLimiter:
    """At most `limit` counted events per key within `window_s`; the oldest keys are forgotten over `max_keys`."""

    def __init__(
        self,
        limit: int,
        window_s: float,
        *,
        max_keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._window_s = window_s
        self._max_keys = max_keys
        self._clock = clock
        self._events: OrderedDict[str, deque[float]] = OrderedDict()

    @property
    def key_count(self) -> int:
        return len(self._events)

    def check(self, key: str) -> None:
        """Raise RateLimited if the key has used up its events."""
        events = self._recent(key)
        if events is not None and len(events) >= self._limit:
            wait_s = max(1, round(events[0] + self._window_s - self._clock()))
            raise RateLimited(f"too many attempts; try again in {wait_s} s", retry_after_s=wait_s)

    def count(self, key: str) -> None:
        """Note one event."""
        events = self._recent(key)
        if events is None:
            events = self._events[key] = deque(maxlen=self._limit)
            if len(self._events) > self._max_keys:
                self._events.popitem(last=False)
        events.append(self._clock())
        self._events.move_to_end(key)

    def take(self, key: str) -> None:
        """Check and count in one step, so that simultaneous attempts cannot slip through together."""
        self.check(key)
        self.count(key)

    def give_back(self, key: str) -> None:
        """The last event turned out not to count."""
        events = self._events.get(key)
        if events:
            events.pop()

    def forget(self, key: str) -> None:
        self._events.pop(key, None)

    def _recent(self, key: str) -> deque[float] | None:
        events = self._events.get(key)
        if events is None:
            return None
        oldest = self._clock() - self._window_s
        while events and events[0] <= oldest:
            events.popleft()
        if not events:
            del self._events[key]
            return None
        return events
