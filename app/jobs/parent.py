"""The other end of a process's stdin: ends with its parent, and rests when the parent says so."""

import os
import threading

PAUSE, GO_ON = b"pause\n", b"go on\n"


class Parent:
    """Whoever started this process, and keeps our stdin open as long as it lives."""

    def __init__(self) -> None:
        """Reads nothing yet: the job comes first."""
        # Without a buffer: a thread that waits in one would keep this process from ending.
        self._words = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115
        self._may_work = threading.Event()
        self._may_work.set()

    def job(self) -> bytes:
        """The line that says what to do."""
        return self._words.readline()

    def listen(self) -> None:
        """From now on this process ends at once when the parent does."""
        threading.Thread(target=self._listen, daemon=True).start()

    def rest(self) -> None:
        """Call often: returns at once, or when the parent lets this process go on."""
        self._may_work.wait()

    def _listen(self) -> None:
        for line in self._words:
            if line == PAUSE:
                self._may_work.clear()
            elif line == GO_ON:
                self._may_work.set()
        os._exit(1)
