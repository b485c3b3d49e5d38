"""A participant without a browser that flashes and beeps at the even seconds of the wall clock."""

import asyncio
import time
from contextvars import ContextVar
from datetime import timedelta
from fractions import Fraction

import aiortc.clock
import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame

from app.signaling.messages import MediaGrant
from app.simulated.peer import PublishingPeer
from app.simulated.signaling_client import SignalingClient
from tests.support.lesson_peers import LessonPeer
from tests.support.office import Office

FPS, RATE_HZ = 15, 48_000
PERIOD_S, FLASH_S = 2.0, 0.2
_clock_is_off_s: ContextVar[float] = ContextVar("_clock_is_off_s", default=0.0)


def tell_the_time_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on each `FlashPeer` puts its own wrong clock into its sender reports."""

    def ntp_time() -> int:
        shown = aiortc.clock.current_datetime() + timedelta(seconds=_clock_is_off_s.get())
        return aiortc.clock.datetime_to_ntp(shown)

    monkeypatch.setattr(aiortc.clock, "current_ntp_time", ntp_time)


def _is_flash(wall_s: float) -> bool:
    return (wall_s + 1e-6) % PERIOD_S < FLASH_S


class _WallTrack(MediaStreamTrack):
    """One unit each `1 / per_second` of the wall clock, so that a flash begins with a unit."""

    def __init__(self, per_second: int) -> None:
        super().__init__()
        self._per_second = per_second
        self._first: int | None = None
        self._next = 0

    async def _tick(self) -> tuple[int, float]:
        """Wait for the next unit: its number since the track began, and the wall time it begins at."""
        if self._first is None:
            self._first = self._next = int(time.time() * self._per_second) + 1
        number, self._next = self._next, self._next + 1
        wall_s = number / self._per_second
        await asyncio.sleep(wall_s - time.time())
        if self.readyState != "live":
            raise MediaStreamError
        return number - self._first, wall_s


class Picture(_WallTrack):
    kind = "video"

    def __init__(self) -> None:
        super().__init__(FPS)

    async def recv(self) -> VideoFrame:
        number, wall_s = await self._tick()
        pixels = np.full((90, 160, 3), 255 if _is_flash(wall_s) else 40, np.uint8)
        frame = VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        return frame


class Sound(_WallTrack):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__(50)

    async def recv(self) -> AudioFrame:
        number, wall_s = await self._tick()
        t = (number * 960 + np.arange(960)) / RATE_HZ
        loudness = 20_000 if _is_flash(wall_s) else 200
        samples = (loudness * np.sin(2 * np.pi * 440 * t)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
        frame.pts = number * 960
        return frame


class FlashPeer(LessonPeer):
    """A `LessonPeer` whose sender reports carry a clock that is `clock_is_off_s` off."""

    def __init__(
        self,
        office: Office,
        lesson_id: str,
        place: dict[str, str],
        *,
        clock_is_off_s: float = 0.0,
    ) -> None:
        super().__init__(office, lesson_id, place, "classroom-a")
        self._clock_is_off_s = clock_is_off_s

    async def _open_media(self, client: SignalingClient, grant: MediaGrant) -> None:
        # Only sends: what it would receive is not what is measured.
        if self._sending is None and grant.publish:
            # The tasks that send are made in this context.
            _clock_is_off_s.set(self._clock_is_off_s)
            self._sending = PublishingPeer({"camera": Picture(), "microphone": Sound()})
            await self._sending.publish(client)
