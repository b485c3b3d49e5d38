"""Waiting until something is so: no test sleeps and hopes."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_S = 0.005
ASK_S = 0.05
"""Between two questions to somebody else, who has to answer them."""


async def until(
    condition: Callable[[], object], deadline_s: float = 60.0, what: str = "the condition"
) -> float:
    """Wait until `condition()` holds, awaited if it asks to be; how many seconds that took.

    TimeoutError with `what` after `deadline_s`.
    """
    began = time.monotonic()
    while True:
        answer = condition()
        pause_s = POLL_S
        if isinstance(answer, Awaitable):
            answer, pause_s = await answer, ASK_S
        took_s = time.monotonic() - began
        if answer:
            return took_s
        if took_s > deadline_s:
            raise TimeoutError(f"not within {deadline_s} s: {what}")
        await asyncio.sleep(pause_s)
