"""Draws and synthesises the clips of the simulated lessons: `python scripts/make_clips.py`.

Drawn people and made sound, so nobody's picture or voice is in them. Each clip is a loop: what moves and sounds has a
period that divides its length. VP8 with a keyframe each second, and Opus, so that they are sent as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS, SECONDS = 320, 180, 10, 16
SCALE = 3
"""Drawn this much larger and averaged down: smooth edges."""
RATE_HZ = 48_000
VIDEO_BPS, AUDIO_BPS = 85_000, 20_000
TEACHER_ZOOM, TEACHER_VIDEO_BPS, TEACHER_AUDIO_BPS = 2, 150_000, 40_000
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
    """Filled shapes on an RGB picture; coordinates are those of a picture of `WIDTH` x `HEIGHT`."""

    def __init__(self, zoom: int = 1) -> None:
        """`zoom`: the finished picture is this much larger than `WIDTH` x `HEIGHT`."""
        self._size = HEIGHT * zoom, WIDTH * zoom
        self._unit = unit = SCALE * zoom
        self.pixels: Picture = np.zeros((HEIGHT * unit, WIDTH * unit, 3), np.float32)
        self._y, self._x = np.mgrid[0 : HEIGHT * unit, 0 : WIDTH * unit].astype(np.float32) / unit

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        unit = self._unit
        rows = slice(int(top * unit), int(bottom * unit))
        self.pixels[rows, int(left * unit) : int(right * unit)] = colour

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        unit = self._unit
        rows = slice(max(0, int((y - ry) * unit) - 1), int((y + ry) * unit) + 2)
        columns = slice(max(0, int((x - rx) * unit) - 1), int((x + rx) * unit) + 2)
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
        other._size, other._unit = self._size, self._unit
        other.pixels, other._y, other._x = self.pixels.copy(), self._y, self._x
        return other

    def finished(self) -> NDArray[np.uint8]:
        height, width = self._size
        blocks = self.pixels.reshape(height, SCALE, width, SCALE, 3)
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


# --- the teacher ------------------------------------------------------------------------------------

JASMINE = (
    *((3, 1), (3, 0.5), (5, 0.5), (6, 0.5), (8, 0.5), (8, 0.5), (6, 0.5)),
    *((5, 1), (5, 0.5), (6, 0.5), (5, 2)),
    *((3, 1), (3, 0.5), (5, 0.5), (6, 0.5), (8, 0.5), (8, 0.5), (6, 0.5)),
    *((5, 1), (5, 0.5), (6, 0.5), (5, 2)),
    *((5, 1), (5, 1), (5, 1), (3, 0.5), (5, 0.5)),
    *((6, 1), (6, 1), (5, 2)),
)
"""What she sings the lesson to, the beginning of the folk song "Jasmine Flower".

(degree of the major scale, 8 is the upper 1; beats)."""
BEAT_S = SECONDS / sum(beats for _, beats in JASMINE)
TONIC_HZ = 349.23
DEGREES = {1: 0, 2: 2, 3: 4, 5: 7, 6: 9, 8: 12}
"""Degree -> semitones above the tonic."""
BOARD: Colour = (38, 84, 68)
YELLOW: Colour = (250, 208, 92)
STATES = ((128, 72), (200, 72), (272, 72))
"""Where ice, water and steam stand on the board; the teacher spends a third of the song on each."""


def _notes() -> list[tuple[float, float, int]]:
    """(first beat, beats, degree) of each note."""
    notes, beat = [], 0.0
    for degree, beats in JASMINE:
        notes.append((beat, beats, degree))
        beat += beats
    return notes


def melody() -> Sound:
    """The song, plucked as on a zither, with a soft fifth below each long note."""
    sound = np.zeros(RATE_HZ * SECONDS)
    for beat, beats, degree in _notes():
        pitch_hz = TONIC_HZ * 2 ** (DEGREES[degree] / 12)
        _pluck(sound, beat, beats, pitch_hz, 0.5)
        if beats >= 1:
            _pluck(sound, beat, beats, pitch_hz / 3, 0.18)
    return sound


def _pluck(sound: Sound, beat: float, beats: float, pitch_hz: float, loudness: float) -> None:
    t = np.arange(int(RATE_HZ * (beats * BEAT_S + 0.6))) / RATE_HZ
    tone = sum(
        np.sin(2 * np.pi * k * pitch_hz * t) * np.exp(-t * (1.6 + 1.1 * k)) / k
        for k in range(1, 9)
        if k * pitch_hz < 8_000
    )
    tone *= np.minimum(1, t / 0.004) * np.clip((t[-1] - t) / 0.08, 0, 1)
    # What rings over the end of the loop sounds at its beginning.
    at = (int(beat * BEAT_S * RATE_HZ) + np.arange(len(t))) % len(sound)
    np.add.at(sound, at, loudness * tone)


def classroom_front() -> Canvas:
    """The wall with the board, as the camera in the city school sees it; everything that stands still."""
    canvas = Canvas(TEACHER_ZOOM)
    canvas.box(0, 0, WIDTH, HEIGHT, (240, 234, 220))
    canvas.box(0, 150, WIDTH, HEIGHT, (172, 138, 100))
    canvas.box(88, 8, 312, 122, (150, 112, 70))
    canvas.box(92, 12, 308, 118, (38, 84, 68))
    canvas.box(92, 122, 308, 126, (128, 94, 58))
    for left, colour in ((120, (246, 246, 240)), (136, (244, 212, 120)), (152, (240, 170, 170))):
        canvas.box(left, 119.5, left + 10, 122, colour)
    for x, y in STATES[:2]:
        canvas.line(x + 27, y, x + 43, y, 1.4, CHALK)
        for side in (-3.5, 3.5):
            canvas.line(x + 43, y, x + 38, y + side, 1.4, CHALK)
    draw_ice(canvas, *STATES[0])
    draw_kettle(canvas, *STATES[2])
    canvas.box(22, 20, 66, 74, (250, 250, 250))
    canvas.box(25, 23, 63, 71, (158, 206, 236))
    canvas.ellipse(38, 64, 11, 8, (122, 176, 110))
    canvas.box(43, 23, 45, 71, (250, 250, 250))
    canvas.box(196, 138, 320, 146, (206, 162, 104))
    canvas.box(204, 146, 312, HEIGHT, (186, 142, 88))
    draw_jasmine(canvas, 284, 138)
    return canvas


def draw_jasmine(canvas: Canvas, x: float, y: float) -> None:
    """A pot of the flower that the song is about, on her desk."""
    canvas.box(x - 9, y - 12, x + 9, y, (176, 96, 64))
    for dx, dy in ((-8, -24), (0, -32), (8, -26), (-3, -19), (5, -18)):
        canvas.line(x, y - 12, x + dx, y + dy, 1.2, (74, 124, 70))
        canvas.ellipse(x + dx - 3, y + dy + 5, 4, 2.4, (92, 150, 84))
        for turn in range(5):
            angle = 2 * np.pi * turn / 5
            canvas.ellipse(
                x + dx + 2.6 * np.cos(angle), y + dy + 2.6 * np.sin(angle), 2, 2, (252, 252, 246)
            )
        canvas.ellipse(x + dx, y + dy, 1.3, 1.3, (240, 206, 96))


def draw_ice(canvas: Canvas, x: float, y: float) -> None:
    for dx, dy in ((-11, 8), (11, 8), (0, -13)):
        left, top = x + dx - 10, y + dy - 10
        canvas.box(left, top, left + 20, top + 20, (188, 222, 240))
        canvas.box(left + 2, top + 2, left + 18, top + 18, (150, 200, 228))
        canvas.line(left + 5, top + 13, left + 13, top + 5, 1.6, (232, 244, 250))


def draw_glass(canvas: Canvas, x: float, y: float, phase: float) -> None:
    """Water whose surface moves."""
    canvas.box(x - 17, y - 22, x + 17, y + 22, (226, 236, 236))
    canvas.box(x - 15, y - 22, x + 15, y + 20, BOARD)
    for column in np.arange(-15, 15, 0.5):
        level = y - 8 + 2.2 * np.sin(2 * np.pi * (phase + column / 22))
        canvas.box(x + column, level, x + column + 0.5, y + 20, (96, 166, 214))


def draw_kettle(canvas: Canvas, x: float, y: float) -> None:
    canvas.ellipse(x - 4, y + 12, 17, 12, (206, 206, 200))
    canvas.box(x - 21, y + 18, x + 13, y + 24, (206, 206, 200))
    canvas.line(x + 8, y + 14, x + 20, y + 2, 5, (206, 206, 200))
    canvas.line(x - 12, y + 1, x + 4, y + 1, 2.4, (140, 104, 72))


def draw_steam(canvas: Canvas, x: float, y: float, phase: float) -> None:
    """Puffs that rise, grow and fade."""
    for puff in range(4):
        age = (phase + puff / 4) % 1
        shade = [round(c + (b - c) * age**1.5) for c, b in zip((240, 244, 242), BOARD, strict=True)]
        drift = 4 * np.sin(2 * np.pi * (age + puff / 3))
        size = 2.5 + 4 * age
        canvas.ellipse(x + 21 + drift, y - 2 - 40 * age, size, size, (shade[0], shade[1], shade[2]))


def draw_teacher(canvas: Canvas, beat: float, hand: tuple[float, float]) -> None:
    """The teacher from the waist up; sways with the beat and points at `hand`."""
    sway = 1.6 * np.sin(np.pi * beat / 2)
    x, dress = 62 + sway, (146, 62, 84)
    canvas.ellipse(x, 172, 30, 52, dress)
    canvas.ellipse(x, 128, 22, 14, dress)
    canvas.box(x - 5, 104, x + 5, 118, SKIN)
    canvas.ellipse(x, 88, 19, 21, HAIR)
    canvas.ellipse(x - 17, 104, 6, 14, HAIR)
    canvas.ellipse(x, 93, 15, 17, SKIN)
    canvas.ellipse(x, 77, 15, 7, HAIR)
    for side in (-6, 6):
        canvas.ellipse(x + side, 92, 1.7, 2.2, HAIR)
        canvas.line(x + side - 3, 87, x + side + 3, 86.5, 1, HAIR)
    canvas.ellipse(x, 102, 4.5, 1.2 + 2.2 * abs(np.sin(np.pi * beat)), (190, 80, 80))
    elbow = (x + 30, 140 + 2 * np.sin(np.pi * beat))
    canvas.line(x + 18, 128, *elbow, 11, dress)
    wrist = (elbow[0] + 14, elbow[1] - 26)
    canvas.line(*elbow, *wrist, 9, dress)
    canvas.ellipse(*wrist, 5, 5, SKIN)
    canvas.line(*wrist, *hand, 1.4, (216, 178, 120))
    canvas.line(x - 18, 128, x - 27, 160, 11, dress)


def teacher_frame(still: Canvas, index: int) -> NDArray[np.uint8]:
    phase = index / (FPS * SECONDS)
    canvas = still.copy()
    draw_glass(canvas, *STATES[1], 8 * phase)
    draw_steam(canvas, *STATES[2], 8 * phase)
    x, y = STATES[int(3 * phase)]
    canvas.line(x - 24, y + 34, x + 24, y + 34, 2.2, YELLOW)
    beat = phase * SECONDS / BEAT_S
    draw_teacher(canvas, beat, (x - 12 + 3 * np.sin(np.pi * beat), y + 27))
    return canvas.finished()


# --- files ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quality:
    zoom: int
    video_bps: int
    audio_bps: int


CLASSROOM = Quality(1, VIDEO_BPS, AUDIO_BPS)
TEACHER = Quality(TEACHER_ZOOM, TEACHER_VIDEO_BPS, TEACHER_AUDIO_BPS)


def write_clip(
    path: Path, draw: Callable[[int], NDArray[np.uint8]], sound: Sound, quality: Quality
) -> None:
    with av.open(str(path), "w", format="webm", options={"fflags": "+bitexact"}) as container:
        video = container.add_stream("libvpx", rate=FPS)
        video.width, video.height = WIDTH * quality.zoom, HEIGHT * quality.zoom
        video.pix_fmt = "yuv420p"
        video.bit_rate = quality.video_bps
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
        audio.bit_rate = quality.audio_bps
        audio.options = {"frame_duration": "20", "application": "audio"}
        for index in range(FPS * SECONDS):
            frame = av.VideoFrame.from_ndarray(draw(index), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        samples = (np.clip(0.7 * sound / np.abs(sound).max(), -1, 1) * 32767).astype(np.int16)
        block = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        block.sample_rate, block.pts, block.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
        container.mux(audio.encode(block))
        container.mux(audio.encode(None))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def classroom(name: str) -> Callable[[int], NDArray[np.uint8]]:
    """Draws a frame of that classroom by its number."""
    return partial(frame_at, LOOKS[name], background(LOOKS[name]))


if __name__ == "__main__":
    write_clip(OUT / "classroom-a.webm", classroom("classroom-a"), choir(), CLASSROOM)
    write_clip(OUT / "classroom-b.webm", classroom("classroom-b"), talk(), CLASSROOM)
    write_clip(OUT / "teacher.webm", partial(teacher_frame, classroom_front()), melody(), TEACHER)
