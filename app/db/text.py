"""Searching names and titles for a part of them."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute


def has_text(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], text: str
) -> ColumnElement[bool]:
    """Whether the text is a part of the column, in any case.

    What has no case, as Chinese, is compared as it stands: PostgreSQL is three times as fast at that.
    """
    if text.lower() == text.upper():
        return column.contains(text, autoescape=True)
    return column.icontains(text, autoescape=True)
