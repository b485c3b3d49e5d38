"""Which tracks a disk that fills up is kept for. Pure."""

STEP = 0.8
"""Each further track goes at so much less room than the one before: what is left is for the more important ones."""
EASY = 1.25
"""With so much more than the least there is room for all again; less would stop and start them in turns."""


class Watermark:
    """Below `min_free_bytes` the least important track goes, the next one when there is a step less, and so on."""

    def __init__(self, min_free_bytes: int) -> None:
        self._min_free_bytes = min_free_bytes
        self._stopped: list[int] = []

    def must_stop_one(self, free_bytes: int) -> bool:
        """Whether one more track is to be stopped, with so much room left. Call at each look at the disk."""
        if free_bytes >= EASY * self._min_free_bytes:
            self._stopped.clear()
        return free_bytes < self._min_free_bytes * STEP ** len(self._stopped)

    def stopped(self, priority: int) -> None:
        """A track of this priority (the highest number is the least important) was stopped for that."""
        self._stopped.append(priority)

    def admits(self, priority: int) -> bool:
        """Whether a track may begin: none as unimportant as one that was stopped, until there is room for all."""
        return not self._stopped or priority < min(self._stopped)
