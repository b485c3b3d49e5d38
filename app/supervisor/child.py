"""Both ends of the pipe between the supervisor and a child, and what the two agree on."""

import os
import signal
import threading
import time
from dataclasses import dataclass

SUPERVISED = "TONGTANG_SUPERVISED"
EXIT_REFUSED = 78
"""A child's own refusal (sysexits EX_CONFIG): it has said why, and another start would end the same way."""
GRACE_AFTER_PARENT_S = 8.0


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One process to keep alive."""

    name: str
    arguments: tuple[str, ...]
    """Command line, program first."""
    stop_stage: int = 1
    """Children of a lower stage are stopped first."""
    is_late: bool = False
    """Started only when the others are ready (`Supervisor.start_late`): it has nothing to do before."""
    is_essential: bool = True
    """`serve` ends when an essential child cannot be kept alive."""


def end_with_parent() -> None:
    """Make this process end when its parent's end of stdin closes, however the parent ended. For children.

    The thread waits in one blocking read, so it never competes for the interpreter.
    """
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_wait_for_end_of_stdin, name="parent", daemon=True).start()


def _wait_for_end_of_stdin() -> None:
    try:
        while os.read(0, 1024):
            pass
    except OSError:
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_AFTER_PARENT_S)
    os._exit(1)
