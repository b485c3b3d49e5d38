"""How long something takes that says how far it is. Pure."""

SETTLED_S = 5.0
"""Before that its speed is not worth a word."""


class TimeLeft:
    """Fed with shares from 0 to 1. The first is where it begins: what was done by a life before cost nothing now."""

    def __init__(self) -> None:
        self._begin: tuple[float, float] | None = None
        self.seconds: int | None = None

    def observe(self, done: float, now_s: float) -> None:
        if self._begin is None:
            self._begin = (done, now_s)
            return
        begin_done, began_s = self._begin
        passed_s = now_s - began_s
        if passed_s >= SETTLED_S and done > begin_done:
            self.seconds = round((1.0 - done) * passed_s / (done - begin_done))
