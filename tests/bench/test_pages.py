"""docs/scale.md is written from the raw figures that lie beside it."""

import json
import re

from tests.bench.pages.report import DOCUMENT, document
from tests.bench.report import BEGIN, END


def test_the_document_says_what_the_raw_figures_say() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    written = text[text.index(BEGIN) : text.index(END) + len(END)]
    (name,) = set(re.findall(r"measurements/(pages-[\d-]+\.json)", written))
    raw = DOCUMENT.parent / "measurements" / name
    assert document(json.loads(raw.read_text()), raw) == written
