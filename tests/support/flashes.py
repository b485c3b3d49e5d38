"""When recorded pictures turn white and tones begin: how well the tracks of a replay lie on one time line."""

import io
import math
import statistics
import urllib.request
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import av
import numpy as np

PERIOD_MS = 2_000.0
"""Every participant flashes and beeps at the even seconds of one wall clock."""
WINDOW_MS = 5.0
WHITE = 0.5
LOUD = 0.3
"""Of the way from the darkest (quietest) to the lightest (loudest) of a track."""
LOUDEST = 0.02
"""Share of a track that is taken for noise; flashes and tones take a tenth of it."""
QUIET_MS = 800.0
"""A new flash, not the same one flickering."""
FEWEST = 3


@dataclass(frozen=True)
class Spread:
    """How far apart things are that happened at once, milliseconds."""

    apart_ms: float
    """Between the quickest quarter of the one and of the other: a busy machine shows a flash late, never early."""
    worst_ms: float
    """Between a flash of the one and the nearest of the other, lateness included."""
    count: int

    @property
    def is_measured(self) -> bool:
        return self.count >= FEWEST

    def __str__(self) -> str:
        return f"{self.apart_ms:+.0f} ms (worst of {self.count}: {self.worst_ms:+.0f} ms)"


@dataclass(frozen=True)
class Flashes:
    """On the lesson's time line, by participant."""

    pictures_ms: Mapping[str, list[float]]
    sounds_ms: Mapping[str, list[float]]

    def between(self, first: str, second: str) -> Spread:
        """How much later the second participant's flashes lie."""
        return spread(self.pictures_ms[first], self.pictures_ms[second])

    def of(self, participant_id: str) -> Spread:
        """How much later the sound lies than the picture."""
        return spread(self.pictures_ms[participant_id], self.sounds_ms[participant_id])

    def with_whole_sound(self, until_ms: Mapping[str, float]) -> "Flashes":
        """Without the sound after those moments: its source lost samples there."""
        sounds_ms = {
            who: [at for at in found if at < until_ms.get(who, math.inf)]
            for who, found in self.sounds_ms.items()
        }
        return Flashes(self.pictures_ms, sounds_ms)


def spread(first_ms: Sequence[float], second_ms: Sequence[float]) -> Spread:
    """How much later the second lie; what has no counterpart within half a period is left out."""
    pairs = [(one, min(second_ms, key=lambda two: abs(two - one))) for one in first_ms if second_ms]
    pairs = [(one, two) for one, two in pairs if abs(two - one) < PERIOD_MS / 2]
    if not pairs:
        return Spread(PERIOD_MS, PERIOD_MS, 0)
    anchor_ms = statistics.median_low(one for one, _ in pairs)
    apart_ms = _quick([two for _, two in pairs], anchor_ms) - _quick(
        [one for one, _ in pairs], anchor_ms
    )
    return Spread(apart_ms, max((two - one for one, two in pairs), key=abs), len(pairs))


def _quick(onsets_ms: Sequence[float], anchor_ms: float) -> float:
    """The lower quartile of where onsets lie in their period, which `anchor_ms` is the middle of."""
    half = PERIOD_MS / 2
    phases = sorted((at - anchor_ms + half) % PERIOD_MS - half for at in onsets_ms)
    return phases[(len(phases) - 1) // 4]


def flashes_of(base_url: str, replay: Mapping[str, Any]) -> Flashes:
    """Download every track of a `GET /recordings/{id}` and look at it."""
    found: dict[str, dict[str, list[float]]] = {
        "video": defaultdict(list),
        "audio": defaultdict(list),
    }
    for track in replay["tracks"]:
        with urllib.request.urlopen(urljoin(base_url, track["url"]), timeout=30) as answer:
            data = answer.read()
        onsets = _flashes(data) if track["kind"] == "video" else _beeps(data)
        of_kind = found[track["kind"]][track["participant_id"]]
        of_kind += [track["starts_ms"] + at for at in onsets]
    return Flashes(found["video"], found["audio"])


def _flashes(data: bytes) -> list[float]:
    times, levels = [], []
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(video=0):
            assert frame.time is not None
            times.append(1000 * frame.time)
            # Half of the picture, away from what moves at its bottom.
            levels.append(float(frame.to_ndarray(format="gray")[: frame.height // 2].mean()))
    return _onsets(times, levels, WHITE)


def _beeps(data: bytes) -> list[float]:
    times, levels = [], []
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(audio=0):
            assert frame.time is not None
            samples = np.abs(frame.to_ndarray().astype(np.float64)).max(axis=0)
            window = int(frame.sample_rate * WINDOW_MS / 1000)
            for start in range(0, len(samples) - window + 1, window):
                times.append(1000 * (frame.time + start / frame.sample_rate))
                levels.append(float(samples[start : start + window].max()))
    return _onsets(times, levels, LOUD)


def _onsets(times_ms: Sequence[float], levels: Sequence[float], share: float) -> list[float]:
    """When the level rises over its threshold; not what is over it from the start."""
    # A decoder that begins within a tone makes one loud noise: that is no measure of a tone.
    low, high = min(levels), sorted(levels)[int(len(levels) * (1 - LOUDEST))]
    assert high > low + 0.02, "nothing flashes or sounds in this track"
    threshold = low + share * (high - low)
    onsets: list[float] = []
    was_over, over_until = True, float("-inf")
    for at, level in zip(times_ms, levels, strict=True):
        is_over = level > threshold
        if is_over and not was_over and at - over_until > QUIET_MS:
            onsets.append(at)
        if is_over:
            over_until = at
        was_over = is_over
    return onsets
