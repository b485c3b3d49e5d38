"""Names under tiles and the card for a picture that is missing, drawn once each."""

from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.recording.film.canvas import CARD, PIXELS, Picture

FONT_SHARE = 0.055
"""Of the tile's height."""
MIN_FONT_PX = 13
MAX_FONT_PX = 24
INK, PAPER = (235, 240, 244), (15, 23, 30)
MISSING_INK = (150, 165, 175)
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
_WANTED = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "PingFang.ttc",
    "DejaVuSans.ttf",
)
"""From the one we like best; the last has no Chinese."""


class Lettering:
    """Draws in one font, or leaves words out where the font has no glyphs for them."""

    def __init__(self, font: str = "") -> None:
        """`font`: a file; empty: the best that is on this machine."""
        self._path = font or find_font()

    def label(self, text: str, tile_width: int, tile_height: int) -> Picture | None:
        """A dark strip with the text, no wider than the tile; None if it cannot be written."""
        size = round(min(max(tile_height * FONT_SHARE, MIN_FONT_PX), MAX_FONT_PX))
        font = self._font(size)
        if font is None or not text or not self.can_write(text):
            return None
        padding = size // 2
        shown = _shortened(text, font, tile_width - 2 * padding)
        width = min(tile_width, _even(font.getlength(shown) + 2 * padding))
        height = _even(size * 1.6)
        strip = Image.new("RGB", (width, height), PAPER)
        ImageDraw.Draw(strip).text((padding, height // 2), shown, INK, font, anchor="lm")
        return _picture(strip)

    def can_write(self, text: str) -> bool:
        """Whether the font has a glyph for every character."""
        font = self._font(MIN_FONT_PX)
        if font is None:
            return False
        missing = _glyph(font, "\U0010fffe")
        return all(c.isspace() or _glyph(font, c) != missing for c in set(text))

    def _font(self, size: int) -> ImageFont.FreeTypeFont | None:
        if not self._path:
            return None
        try:
            return _loaded(self._path, size)
        except OSError:
            return None


def find_font() -> str:
    """The file of the best font there is; empty if there is none."""
    found = {
        path.name: str(path)
        for folder in _FOLDERS
        for path in sorted(Path(folder).rglob("*"))
        if path.name in _WANTED
    }
    return next((found[name] for name in _WANTED if name in found), "")


def missing_card(width: int, height: int) -> Picture:
    """A crossed-out camera: words would need a language."""
    card = Picture.filled(width, height, CARD)
    unit = max(8, height // 8) & ~1
    icon = Image.new("RGB", (unit * 2, unit * 2), _rgb(CARD))
    draw = ImageDraw.Draw(icon)
    line = max(2, unit // 8)
    draw.rounded_rectangle(
        (line, unit * 0.55, unit * 1.3, unit * 1.45), unit * 0.15, outline=MISSING_INK, width=line
    )
    draw.polygon(
        [
            (unit * 1.4, unit * 0.9),
            (unit * 1.85, unit * 0.6),
            (unit * 1.85, unit * 1.4),
            (unit * 1.4, unit * 1.1),
        ],
        outline=MISSING_INK,
        width=line,
    )
    draw.line((unit * 0.25, unit * 1.75, unit * 1.75, unit * 0.25), MISSING_INK, line)
    card.paste(_picture(icon), (width - unit * 2) // 4 * 2, (height - unit * 2) // 4 * 2)
    return card


def _shortened(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=16)
def _loaded(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    return bytes(font.getmask(character))


def _picture(image: Image.Image) -> Picture:
    frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
    return Picture.of(frame.reformat(format=PIXELS))


def _rgb(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    y, cb, cr = colour[0] - 16, colour[1] - 128, colour[2] - 128
    red, green, blue = (
        1.164 * y + 1.596 * cr,
        1.164 * y - 0.392 * cb - 0.813 * cr,
        1.164 * y + 2.017 * cb,
    )
    return tuple(min(255, max(0, round(level))) for level in (red, green, blue))  # type: ignore[return-value]


def _even(pixels: float) -> int:
    return int(pixels) & ~1
