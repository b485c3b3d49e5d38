"""What the parts of a county yield, and ids for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.db.models import Base

_STEP = 0x9E3779B97F4A7C15
"""Odd, so that multiplying is one to one modulo 2**64. Ids in tables are as far apart as those of `app.ids`."""
_MASK = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Rows:
    """Of one table. Columns that are left out have the default of the model, or NULL."""

    table: type[Base]
    columns: tuple[str, ...]
    values: Iterable[tuple[Any, ...]]


def id_of(prefix: str, number: int) -> str:
    """The same for the same number, another for another."""
    return f"{prefix}_{(number + 1) * _STEP & _MASK:016x}"
