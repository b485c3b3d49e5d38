"""The film's picture while it is drawn: planes of YUV 4:2:0 that keep what does not change."""

from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from app.recording.film.layout import HEIGHT, WIDTH, Rect

Plane = NDArray[np.uint8]
PIXELS = "yuv420p"
NIGHT = (28, 131, 126)
"""Y, Cb, Cr (BT.601, limited range) of what lies behind the tiles."""
CARD = (44, 131, 125)


@dataclass(frozen=True, slots=True)
class Picture:
    """Three planes; the second and third have half the width and height."""

    planes: tuple[Plane, Plane, Plane]

    @classmethod
    def filled(cls, width: int, height: int, colour: tuple[int, int, int]) -> "Picture":
        luma, *chroma = colour
        half = (height // 2, width // 2)
        cb, cr = (np.full(half, level, np.uint8) for level in chroma)
        return cls((np.full((height, width), luma, np.uint8), cb, cr))

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "Picture":
        """The frame's own memory, without a copy."""
        y, cb, cr = (
            np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
                : plane.height, : plane.width
            ]
            for plane in frame.planes
        )
        return cls((y, cb, cr))

    @property
    def width(self) -> int:
        return int(self.planes[0].shape[1])

    @property
    def height(self) -> int:
        return int(self.planes[0].shape[0])

    def paste(self, picture: "Picture", x: int, y: int) -> None:
        """`x` and `y` are even."""
        for number, (to, part) in enumerate(zip(self.planes, picture.planes, strict=True)):
            left, top = (x, y) if number == 0 else (x // 2, y // 2)
            rows, columns = part.shape
            to[top : top + rows, left : left + columns] = part

    def to_frame(self) -> av.VideoFrame:
        """A copy: an encoder keeps its frames for a while."""
        frame = av.VideoFrame(self.width, self.height, PIXELS)
        for to, part in zip(Picture.of(frame).planes, self.planes, strict=True):
            to[:] = part
        return frame


def blank_canvas() -> Picture:
    return Picture.filled(WIDTH, HEIGHT, NIGHT)


class TileView:
    """One tile: scales what it is shown into its rectangle, with its name at the bottom."""

    def __init__(self, rect: Rect, card: Picture, label: Picture | None) -> None:
        self._rect, self._card, self._label = rect, card, label
        self._scaler = VideoReformatter()
        self._size = (0, 0)
        self._shown: av.VideoFrame | None = None
        self._is_drawn = False

    def draw(self, canvas: Picture, frame: av.VideoFrame | None) -> bool:
        """Show this frame, or the card if there is none; False if that is what is there already."""
        if self._is_drawn and frame is self._shown:
            return False
        if frame is None:
            canvas.paste(self._card, self._rect.x, self._rect.y)
        else:
            self._draw_frame(canvas, frame)
        if self._label is not None:
            bottom = self._rect.y + self._rect.height - self._label.height
            canvas.paste(self._label, self._rect.x, bottom)
        self._shown, self._is_drawn = frame, True
        return True

    def _draw_frame(self, canvas: Picture, frame: av.VideoFrame) -> None:
        rect = self._rect
        size = fitted(frame.width, frame.height, rect.width, rect.height)
        if size != self._size or self._shown is None:
            # Bars beside a picture of another shape.
            canvas.paste(Picture.filled(rect.width, rect.height, NIGHT), rect.x, rect.y)
            self._size = size
        width, height = size
        scaled = self._scaler.reformat(
            frame, width, height, PIXELS, interpolation=Interpolation.BILINEAR, threads=1
        )
        left = rect.x + (rect.width - width) // 4 * 2
        top = rect.y + (rect.height - height) // 4 * 2
        canvas.paste(Picture.of(scaled), left, top)


def fitted(width: int, height: int, into_width: int, into_height: int) -> tuple[int, int]:
    """The largest even size of about this shape that fits; at least 2 x 2."""
    scale = min(into_width / width, into_height / height)
    return _side(width * scale, into_width), _side(height * scale, into_height)


def _side(length: float, whole: int) -> int:
    # Nobody sees a picture stretched by a fiftieth, but everybody a thin bar beside it.
    return whole if length > whole * 0.98 else max(2, round(length / 2) * 2)
