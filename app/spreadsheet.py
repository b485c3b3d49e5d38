"""Cells of a file for a spreadsheet: none of them runs, and each can be read back as it was."""

import re

BOM = "\ufeff"
"""Before a CSV file, so that spreadsheets read it as UTF-8."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would take it, or what it hides, for a formula.

    Control characters, which no XLSX can hold, become the replacement character.
    """
    text = _NOT_IN_XML.sub("\ufffd", text)
    return "'" + text if _is_guarded(text) else text


def plain_cell(cell: str) -> str:
    """The text of which `safe_cell` made this."""
    return cell[1:] if cell.startswith("'") and _is_guarded(cell) else cell


def _is_guarded(text: str) -> bool:
    # Apostrophes count as nothing, or a text that has one before a formula could not be told from a guarded one.
    return text.lstrip(" '").startswith(_FORMULA_STARTS)
