"""Files that teachers upload, and files that would rather hurt the server. All are made here."""

import random
from collections.abc import Iterable, Sequence
from io import BytesIO

from PIL import Image, ImageDraw

SLIDE = (960, 540)
COLORS = ("#c0392b", "#2471a3", "#1e8449", "#b7950b", "#6c3483", "#117a65")


def slide_picture(number: int, size: tuple[int, int] = SLIDE) -> Image.Image:
    """A page with its number in large figures on a colour of its own."""
    picture = Image.new("RGB", size, COLORS[number % len(COLORS)])
    draw = ImageDraw.Draw(picture)
    draw.text((size[0] // 2, size[1] // 2), str(number), fill="white", anchor="mm", font_size=240)
    return picture


def detailed_picture(size: tuple[int, int] = (1920, 1440), seed: int = 1) -> Image.Image:
    """Coloured blocks and grain, as a photo has: much to encode."""
    chance = random.Random(seed)
    grain = Image.frombytes("RGB", (160, 120), chance.randbytes(160 * 120 * 3))
    return grain.resize(size, Image.Resampling.BILINEAR)


def pdf_file(pages: int = 3, pictures: Iterable[Image.Image] | None = None) -> bytes:
    """A PDF of slides."""
    first, *others = pictures or [slide_picture(number) for number in range(1, pages + 1)]
    file = BytesIO()
    first.save(file, "PDF", save_all=True, append_images=others, resolution=72)
    return file.getvalue()


def picture_file(picture: Image.Image, format_: str = "PNG") -> bytes:
    file = BytesIO()
    picture.save(file, format_)
    return file.getvalue()


def raw_pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these numbered objects; the first is the catalog."""
    content = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(content + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def many_pages_pdf(count: int) -> bytes:
    """`count` empty pages in a few kilobytes."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>"
    return raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            *[page] * count,
        ]
    )


def one_page_pdf(
    content: bytes,
    resources: bytes = b"",
    further: Sequence[bytes] = (),
    box: bytes = b"0 0 960 540",
) -> bytes:
    """A page of this content stream; `further` objects are numbered from 5."""
    return raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << %s >> >>"
            % (box, resources),
            stream(content),
            *further,
        ]
    )


def locked_pdf() -> bytes:
    """Needs a password that nobody has."""
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]"
        % (
            b"11" * 32,
            b"22" * 32,
        )
    )
    pages = many_pages_pdf(1)
    return pages.replace(b"/Root 1 0 R", b"/Root 1 0 R " + encrypt)


def laughing_pdf(depth: int = 12, width: int = 12) -> bytes:
    """Forms that draw forms that draw forms: width**depth rectangles on one page."""
    forms = []
    for level in range(depth):
        number = 5 + level
        is_last = level == depth - 1
        draw = b"0 0 9 9 re f" if is_last else b"/F Do " * width
        entries = b"/Type /XObject /Subtype /Form /BBox [0 0 960 540] "
        if not is_last:
            entries += b"/Resources << /XObject << /F %d 0 R >> >>" % (number + 1)
        forms.append(stream(draw, entries))
    return one_page_pdf(b"/F Do", b"/XObject << /F 5 0 R >>", forms)


def swollen_png(side: int = 20_000) -> bytes:
    """400 million pixels in 50 kB."""
    return picture_file(Image.new("1", (side, side)))
