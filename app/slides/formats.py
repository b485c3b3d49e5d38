"""What kind of file was uploaded, by its first bytes: names and types that a browser sends prove nothing."""

from enum import StrEnum


class SlideFormat(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    PPTX = "pptx"
    """PowerPoint, also the old `.ppt`: LibreOffice makes a PDF of both."""

    @property
    def mime(self) -> str:
        return _MIMES[self]


HEAD_BYTES = 1024
_MIMES = {
    SlideFormat.PDF: "application/pdf",
    SlideFormat.JPEG: "image/jpeg",
    SlideFormat.PNG: "image/png",
    SlideFormat.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(head: bytes) -> SlideFormat | None:
    """The format of a file that begins with these `HEAD_BYTES`; None: none that we can show."""
    if head.startswith(b"\xff\xd8\xff"):
        return SlideFormat.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return SlideFormat.PNG
    if head.startswith((_ZIP, _OLE)):
        return SlideFormat.PPTX
    # Printers' PDFs may have a few bytes in front (ISO 32000-1, annex H.3, note 13).
    if b"%PDF-" in head[:HEAD_BYTES]:
        return SlideFormat.PDF
    return None
