"""When a child that ended is started again."""

from dataclasses import dataclass, field

DELAYS_S = (0.0, 0.2, 0.5, 1.0, 2.0)
SHORT_LIFE_S = 5.0
MAX_SHORT_LIVES = 5


@dataclass(slots=True)
class RestartPolicy:
    """Back-off for one child. A life of `SHORT_LIFE_S` or more makes it start afresh.

    A child that was killed in the middle of its work is back at once; one that cannot start is given up.
    """

    delays_s: tuple[float, ...] = DELAYS_S
    short_life_s: float = SHORT_LIFE_S
    max_short_lives: int = MAX_SHORT_LIVES
    _short_lives: int = field(default=0, init=False)

    def after_exit(self, lifetime_s: float) -> float | None:
        """Seconds to wait before the next start; None: crash loop, give up."""
        if lifetime_s >= self.short_life_s:
            self._short_lives = 0
            return self.delays_s[0]
        self._short_lives += 1
        if self._short_lives >= self.max_short_lives:
            return None
        return self.delays_s[min(self._short_lives, len(self.delays_s) - 1)]
