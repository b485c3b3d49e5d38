"""Dozens of `kill -9` at seeded random moments, and after each of them everything is back and nothing is lost.

`make soak` runs it: SOAK_KILLS (100) kills with SOAK_SEED (drawn and printed), KILLS_A_LESSON of them to a lesson.
"""

import asyncio
import os
import random
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import get_args

import pytest

from tests.support.kills import LessonOfPeers, Loss, Victim, lesson_of_peers
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import Served, serving

pytestmark = [pytest.mark.soak, pytest.mark.recording]

VICTIMS: tuple[Victim, ...] = get_args(Victim)
CHILDREN: tuple[Victim, ...] = ("app", "engine", "recorder", "worker")
KILLS_A_LESSON = 10
SHORTEST_CALM_S, LONGEST_CALM_S = 2.2, 8.0
"""Between everything being well and the next kill; the shorter one leaves more than what may be lost."""
SECOND_BLOW = 0.25
"""How often another kill follows before everything is back."""
SECOND_BLOW_WITHIN_S = 3.0
AT_ITS_EDGES = 0.5
"""How often a kill comes while a lesson starts, and while it is being finished."""
EDGE_S = 2.0


class Tally:
    """What all kills together did."""

    def __init__(self) -> None:
        self.kills: Counter[str] = Counter()
        self.back_s: defaultdict[str, list[float]] = defaultdict(list)
        self.losses: list[Loss] = []

    def print(self) -> None:
        print(
            f"{'victim':<12}{'kills':>6}{'back: median, worst s':>24}{'lost: median, worst ms':>26}"
        )
        for victim, count in sorted(self.kills.items()):
            back = self.back_s[victim] or [0.0]
            lost = [loss.before_ms for loss in self.losses if loss.kill.victim == victim] or [0.0]
            print(
                f"{victim:<12}{count:>6}{statistics.median(back):>16.1f}{max(back):>8.1f}"
                f"{statistics.median(lost):>18.0f}{max(lost):>8.0f}"
            )


async def test_nothing_is_lost_however_often_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    kills = int(os.environ.get("SOAK_KILLS", "100"))
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nSOAK_KILLS={kills} SOAK_SEED={seed}")
    chance, tally = random.Random(seed), Tally()
    began = time.monotonic()
    with serving(tmp_path / "data") as served:
        while (left := kills - tally.kills.total()) > 0:
            await _one_lesson(served, chance, tally, min(left, KILLS_A_LESSON))
    tally.print()
    print(f"{tally.kills.total()} kills in {time.monotonic() - began:.0f} s")


async def _one_lesson(served: Served, chance: random.Random, tally: Tally, kills: int) -> None:
    async with lesson_of_peers(served) as lesson:
        await lesson.start()
        since_ns = time.monotonic_ns()
        if chance.random() < AT_ITS_EDGES:
            await _strike_at_an_edge(lesson, chance, "right after the start")
        await lesson.is_whole(since_ns)
        while len(lesson.kills) < kills:
            await asyncio.sleep(chance.uniform(SHORTEST_CALM_S, LONGEST_CALM_S))
            await _strike(lesson, chance, tally, may_repeat=len(lesson.kills) + 2 <= kills)
        await asyncio.sleep(SHORTEST_CALM_S)
        await lesson.end()
        if chance.random() < AT_ITS_EDGES:
            await _strike_at_an_edge(lesson, chance, "right after the end")
        tally.losses += await lesson.conclude(patience=1.0)
        tally.kills.update(kill.victim for kill in lesson.kills)


async def _strike_at_an_edge(lesson: LessonOfPeers, chance: random.Random, when: str) -> None:
    victim = chance.choice(VICTIMS)
    await asyncio.sleep(chance.uniform(0, EDGE_S))
    await lesson.kill(victim, counts=False)
    took_s = await lesson.serve_again()
    print(
        f"kill {len(lesson.kills)}: {victim} {when}: served again after {took_s:.1f} s", flush=True
    )


async def _strike(
    lesson: LessonOfPeers, chance: random.Random, tally: Tally, *, may_repeat: bool
) -> None:
    """One kill, sometimes another before all is well again; then all is well again."""
    victim = chance.choice(VICTIMS)
    again, wait_s = chance.random() < SECOND_BLOW, chance.uniform(0, SECOND_BLOW_WITHIN_S)
    second: Victim = chance.choice(CHILDREN)
    first = await lesson.kill(victim)
    restarting = asyncio.create_task(lesson.serve_again())
    try:
        if again and may_repeat:
            await asyncio.sleep(wait_s)
            await lesson.kill_if_it_runs(second)
    finally:
        await restarting
    await lesson.serve_again()
    took_s = await lesson.is_whole(first.mono_ns)
    tally.back_s[victim].append(took_s)
    blows = "".join(
        f", then {kill.victim}" for kill in lesson.kills[lesson.kills.index(first) + 1 :]
    )
    print(
        f"kill {len(lesson.kills)}: {victim}{blows}: all is well again after {took_s:.1f} s",
        flush=True,
    )
