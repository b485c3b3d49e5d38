"""Every table, and every column of text, has somebody who said what is in it."""

import pytest
from sqlalchemy import JSON, LargeBinary, String

from app.db.models import Base
from app.protection.data_map import Language, Retention, data_map, data_map_markdown
from app.protection.tables import TABLES
from tests.support.serve import ROOT

DAYS = Retention(30, 180, 30, 365, 1095)


def test_every_table_is_on_the_map() -> None:
    assert set(TABLES) == set(Base.metadata.tables), "say in app/protection/tables.py what is in it"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_of_text_was_looked_at(table: str) -> None:
    columns = Base.metadata.tables[table].columns
    holding = TABLES[table]
    declared = {*holding.personal, *holding.technical, *holding.free_text}
    assert declared <= set(columns.keys())
    texts = {
        column.name
        for column in columns
        if isinstance(column.type, String | JSON | LargeBinary)
        and not column.name.endswith("_id")
        and not column.foreign_keys
    }
    assert texts <= declared, "say in app/protection/tables.py what is in these columns"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_is_the_map(language: Language) -> None:
    sections = data_map(language, DAYS)
    assert sum(len(section.rows) for section in sections) > len(TABLES)
    name = {"zh": "data-map.zh-CN.md", "en": "data-map.en.md"}[language]
    written = (ROOT / "docs" / name).read_text()
    assert written == data_map_markdown(language, DAYS), "run `make generate`"
