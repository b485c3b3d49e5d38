"""Which of many open microphones are passed on: a pure rule with hysteresis."""

from collections.abc import Mapping
from typing import TypeVar

MAX_LOUDEST = 4
"""More voices at once are a noise that nobody follows, and each costs a receiver's link."""
HOLD_S = 1.0
MARGIN_DB = 6.0
"""Twice as loud as the one who has to go."""

Key = TypeVar("Key", bound=str)


def choose_loudest(
    chosen: Mapping[Key, float], levels: Mapping[Key, float], limit: int, now: float
) -> dict[Key, float]:
    """Who is passed on, and since when; `chosen` is the last answer, `levels` in dBov.

    A place that is free goes to the loudest. One that is taken changes hands when somebody is
    `MARGIN_DB` louder than its holder, who keeps it for `HOLD_S` at least.
    """
    held = {key: since for key, since in chosen.items() if key in levels}
    waiting = sorted((key for key in levels if key not in held), key=lambda k: (-levels[k], k))
    free = max(0, limit - len(held))
    held.update(dict.fromkeys(waiting[:free], now))
    for challenger in waiting[free:]:
        beaten = [
            key
            for key, since in held.items()
            if now - since >= HOLD_S and levels[challenger] >= levels[key] + MARGIN_DB
        ]
        if not beaten:
            break
        del held[min(beaten, key=lambda key: (levels[key], key))]
        held[challenger] = now
    return held
