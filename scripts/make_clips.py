"""Draws and synthesises the clips of the simulated classrooms: `python scripts/make_clips.py`.

Drawn pupils and made sound, so nobody's picture or voice is in them. Each clip is a loop: what moves and sounds has a
period that divides its length. VP8 with a keyframe each second, and Opus, so that they are sent as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS, SECONDS = 320, 180, 10, 16
SCALE = 3
"""Drawn this much larger and averaged down: smooth edges."""
RATE_HZ = 48_000
VIDEO_BPS, AUDIO_BPS = 85_000, 20_000
OUT = Path(__file__).resolve().parents[1] / "app" / "simulated" / "clips"

Picture = NDArray[np.float32]
Sound = NDArray[np.float64]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """What tells one classroom from the other."""

    wall: Colour
    floor: Colour
    board: Colour
    desk: Colour
    shirts: tuple[Colour, ...]
    columns: int
    seed: int
    board_drawing: Callable[["Canvas", float], None]


class Canvas:
    """Filled shapes on an RGB picture; coordinates in pixels of the finished picture."""

    def __init__(self) -> None:
        self.pixels: Picture = np.zeros((HEIGHT * SCALE, WIDTH * SCALE, 3), np.float32)
        self._y, self._x = (
            np.mgrid[0 : HEIGHT * SCALE, 0 : WIDTH * SCALE].astype(np.float32) / SCALE
        )

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        rows = slice(int(top * SCALE), int(bottom * SCALE))
        self.pixels[rows, int(left * SCALE) : int(right * SCALE)] = colour

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        rows = slice(max(0, int((y - ry) * SCALE) - 1), int((y + ry) * SCALE) + 2)
        columns = slice(max(0, int((x - rx) * SCALE) - 1), int((x + rx) * SCALE) + 2)
        inside = ((self._x[rows, columns] - x) / rx) ** 2 + (
            (self._y[rows, columns] - y) / ry
        ) ** 2 <= 1
        self.pixels[rows, columns][inside] = colour

    def line(
        self, x0: float, y0: float, x1: float, y1: float, thickness: float, colour: Colour
    ) -> None:
        length = max(1.0, float(np.hypot(x1 - x0, y1 - y0)))
        for step in np.linspace(0, 1, int(length * 2) + 2):
            x, y = x0 + (x1 - x0) * step, y0 + (y1 - y0) * step
            self.ellipse(x, y, thickness / 2, thickness / 2, colour)

    def copy(self) -> "Canvas":
        other = Canvas.__new__(Canvas)
        other.pixels, other._y, other._x = self.pixels.copy(), self._y, self._x
        return other

    def finished(self) -> NDArray[np.uint8]:
        blocks = self.pixels.reshape(HEIGHT, SCALE, WIDTH, SCALE, 3)
        return np.clip(blocks.mean(axis=(1, 3)), 0, 255).astype(np.uint8)


CHALK: Colour = (232, 236, 228)


def draw_notes(canvas: Canvas, phase: float) -> None:
    """Staff lines and notes, as in a music lesson."""
    for i in range(5):
        canvas.box(92, 20 + i * 6, 228, 20.7 + i * 6, CHALK)
    for i, height in enumerate((0, 2, 1, 3, 4, 2, 3, 1)):
        x, y = 102 + i * 16, 44 - height * 3
        canvas.ellipse(x, y, 3.4, 2.6, CHALK)
        canvas.line(x + 3, y, x + 3, y - 13, 1.2, CHALK)


def draw_sums(canvas: Canvas, phase: float) -> None:
    """A number line with a point that walks along it."""
    canvas.line(96, 42, 226, 42, 1.2, CHALK)
    for i in range(9):
        canvas.line(100 + i * 15, 39, 100 + i * 15, 45, 1.2, CHALK)
    canvas.ellipse(160 + 60 * np.sin(2 * np.pi * phase), 30, 4, 4, (246, 214, 120))


LOOKS = {
    "classroom-a": Look(
        wall=(236, 228, 208),
        floor=(156, 124, 92),
        board=(46, 92, 74),
        desk=(226, 184, 124),
        shirts=((196, 62, 58), (240, 240, 236), (196, 62, 58), (64, 104, 168)),
        columns=5,
        seed=7,
        board_drawing=draw_notes,
    ),
    "classroom-b": Look(
        wall=(214, 228, 232),
        floor=(150, 152, 148),
        board=(52, 66, 84),
        desk=(222, 200, 150),
        shirts=((70, 132, 176), (250, 250, 246), (232, 176, 64), (86, 150, 106)),
        columns=4,
        seed=23,
        board_drawing=draw_sums,
    ),
}
SKIN: Colour = (236, 196, 160)
HAIR: Colour = (38, 30, 28)


def background(look: Look) -> Canvas:
    canvas = Canvas()
    canvas.box(0, 0, WIDTH, 98, look.wall)
    canvas.box(0, 98, WIDTH, HEIGHT, look.floor)
    canvas.box(82, 10, 238, 66, (150, 112, 70))
    canvas.box(86, 14, 234, 62, look.board)
    for left in (14, 262):
        canvas.box(left, 14, left + 44, 70, (250, 250, 250))
        canvas.box(left + 3, 17, left + 41, 67, (158, 206, 236))
        canvas.ellipse(left + 14, 60, 12, 9, (122, 176, 110))
        canvas.box(left + 20.5, 17, left + 23.5, 67, (250, 250, 250))
    return canvas


def draw_pupil(
    canvas: Canvas, x: float, y: float, size: float, shirt: Colour, *, sway: float, hand: float
) -> None:
    """One pupil seen from the front; `sway` in pixels, `hand` 0 (on the desk) to 1 (up)."""
    head_x, head_y = x + sway, y - 15 * size
    canvas.ellipse(x + sway / 2, y + 6 * size, 13 * size, 15 * size, shirt)
    if hand > 0.02:
        reach = y - 6 * size - 30 * size * hand
        canvas.line(x + 11 * size, y + 2 * size, x + 15 * size, reach, 5 * size, shirt)
        canvas.ellipse(x + 15 * size, reach - 2 * size, 3.4 * size, 3.8 * size, SKIN)
    canvas.ellipse(head_x, head_y - 1.5 * size, 9.4 * size, 9.8 * size, HAIR)
    canvas.ellipse(head_x, head_y + 1 * size, 8 * size, 8.6 * size, SKIN)
    for side in (-3.2, 3.2):
        canvas.ellipse(head_x + side * size, head_y, 1.1 * size, 1.4 * size, HAIR)
    canvas.ellipse(head_x, head_y + 4.4 * size, 2.2 * size, 1.0 * size, (188, 92, 84))


def frame_at(look: Look, still: Canvas, index: int) -> NDArray[np.uint8]:
    phase = index / (FPS * SECONDS)
    canvas = still.copy()
    look.board_drawing(canvas, phase)
    chance = np.random.default_rng(look.seed)
    for row, (y, size) in enumerate(((104, 0.72), (132, 0.95))):
        for column in range(look.columns):
            x = WIDTH * (column + 0.5 + (0.12 if row else -0.04)) / look.columns
            beats, offset, lift_at = chance.integers(2, 6), chance.random(), chance.random()
            sway = 2.2 * size * np.sin(2 * np.pi * (beats * phase + offset))
            away = abs((phase - lift_at + 0.5) % 1 - 0.5) * SECONDS
            hand = float(np.clip(1.6 - away, 0, 1)) if chance.random() < 0.6 else 0.0
            shirt = look.shirts[int(chance.integers(len(look.shirts)))]
            draw_pupil(canvas, x, y, size, shirt, sway=float(sway), hand=hand)
            canvas.box(x - 27 * size, y + 14 * size, x + 27 * size, y + 21 * size, look.desk)
            canvas.box(x - 8 * size, y + 12 * size, x + 7 * size, y + 14 * size, (250, 250, 250))
    return canvas.finished()


def _times() -> Sound:
    return np.arange(RATE_HZ * SECONDS) / RATE_HZ


def murmur(seed: int) -> Sound:
    """The room itself: soft noise that ebbs and flows, seamless over the loop."""
    chance = np.random.default_rng(seed)
    spectrum = np.fft.rfft(chance.standard_normal(RATE_HZ * SECONDS))
    frequencies = np.fft.rfftfreq(RATE_HZ * SECONDS, 1 / RATE_HZ)
    spectrum *= np.exp(-(((frequencies - 420) / 320) ** 2))
    noise = np.fft.irfft(spectrum)
    return noise / np.abs(noise).max() * (0.7 + 0.3 * np.sin(2 * np.pi * 3 * _times() / SECONDS))


def voice(pitch_hz: float, seconds: float, seed: int) -> Sound:
    """A sung "a": harmonics under two formants, a little vibrato."""
    t = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    vibrato = 1 + 0.006 * np.sin(2 * np.pi * 5.3 * t + seed)
    phase = 2 * np.pi * np.cumsum(pitch_hz * vibrato) / RATE_HZ
    sung = np.zeros_like(t)
    for harmonic in range(1, 12):
        frequency = pitch_hz * harmonic
        formants = np.exp(-(((frequency - 950) / 420) ** 2)) + 0.5 * np.exp(
            -(((frequency - 1500) / 500) ** 2)
        )
        sung += (0.12 / harmonic + formants) * np.sin(harmonic * phase + seed * harmonic)
    envelope = np.minimum(1, np.minimum(t / 0.06, (seconds - t) / 0.09))
    return sung * np.clip(envelope, 0, 1)


def choir() -> Sound:
    """Pupils who sing a pentatonic tune together."""
    sound = 0.10 * murmur(3)
    for i, step in enumerate((0, 2, 4, 2, 7, 4, 9, 7, 4, 2, 0, 2, 4, 4, 2, 0)):
        start = int(i * RATE_HZ * SECONDS / 16)
        for singer, detune in enumerate((-0.11, 0.0, 0.13)):
            note = voice(311.1 * 2 ** ((step + detune) / 12), 0.92, singer + 1)
            sound[start : start + len(note)] += 0.16 * note
    return sound


def talk() -> Sound:
    """A class at work: murmur, short spoken sounds, a chair now and then."""
    sound = 0.5 * murmur(11)
    chance = np.random.default_rng(5)
    for _ in range(46):
        syllable = voice(
            float(chance.uniform(220, 380)),
            float(chance.uniform(0.1, 0.28)),
            int(chance.integers(9)),
        )
        start = int(chance.integers(0, RATE_HZ * SECONDS - len(syllable)))
        sound[start : start + len(syllable)] += float(chance.uniform(0.04, 0.16)) * syllable
    for start in (RATE_HZ * 4, RATE_HZ * 11):
        length = RATE_HZ // 5
        knock = chance.standard_normal(length) * np.exp(-np.arange(length) / 900)
        sound[start : start + length] += 0.25 * knock
    return sound


def write_clip(path: Path, look: Look, sound: Sound) -> None:
    with av.open(str(path), "w", format="webm", options={"fflags": "+bitexact"}) as container:
        video = container.add_stream("libvpx", rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.bit_rate = VIDEO_BPS
        video.options = {
            "g": str(FPS),
            "keyint_min": str(FPS),
            "deadline": "good",
            "cpu-used": "0",
            "lag-in-frames": "0",
            "auto-alt-ref": "0",
            "qmax": "48",
        }
        audio = container.add_stream("libopus", rate=RATE_HZ, layout="mono")
        audio.bit_rate = AUDIO_BPS
        audio.options = {"frame_duration": "20", "application": "audio"}
        still = background(look)
        for index in range(FPS * SECONDS):
            frame = av.VideoFrame.from_ndarray(frame_at(look, still, index), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        samples = (np.clip(0.7 * sound / np.abs(sound).max(), -1, 1) * 32767).astype(np.int16)
        block = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        block.sample_rate, block.pts, block.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
        container.mux(audio.encode(block))
        container.mux(audio.encode(None))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    write_clip(OUT / "classroom-a.webm", LOOKS["classroom-a"], choir())
    write_clip(OUT / "classroom-b.webm", LOOKS["classroom-b"], talk())
