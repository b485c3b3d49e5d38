"""PowerPoint through the LibreOffice of this machine, where it has one."""

from pathlib import Path

import pytest

from app.slides.office import OfficeFailed, office_program, pdf_of
from tests.slides.test_render import rendered

PROGRAM = office_program()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no LibreOffice here")
TWO_SLIDES = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation>
<draw:page draw:name="1"/><draw:page draw:name="2"/></office:presentation></office:body></office:document>
"""
"""LibreOffice goes by what is in a file: this is the shortest presentation that can be written here."""


async def test_a_presentation_becomes_as_many_pages_as_it_has_slides(tmp_path: Path) -> None:
    given, folder = tmp_path / "slides.fodp", tmp_path / "office"
    given.write_text(TWO_SLIDES)
    folder.mkdir()
    made = await pdf_of(PROGRAM or "", given, folder)
    pages = await rendered(made.read_bytes(), tmp_path)
    assert [page["number"] for page in pages] == [1, 2]


async def test_what_is_no_presentation_makes_no_pages(tmp_path: Path) -> None:
    given, folder = tmp_path / "slides.pptx", tmp_path / "office"
    given.write_bytes(b"PK\x03\x04 and nothing that follows from it")
    folder.mkdir()
    with pytest.raises(OfficeFailed):
        await pdf_of(PROGRAM or "", given, folder)
