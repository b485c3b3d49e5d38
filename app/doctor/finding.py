"""One line of the report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `fix` is empty when there is nothing to do."""

    text: str
    fix: str = ""
    is_fatal: bool = False
