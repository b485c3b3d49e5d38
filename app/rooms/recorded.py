"""An event with its journal row, and as the JSON of that row."""

from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from app.rooms.events import Event
from app.rooms.state import Role


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its journal row: the only form in which events leave the room."""

    seq: int
    at_ms: int
    """Lesson clock: UTC at the process's anchor plus monotonic time since."""
    mono_ns: int
    event: Event


_BY_TYPE: dict[str, type[Any]] = {cls.type: cls for cls in get_args(Event)}


def event_to_json(event: Event) -> dict[str, Any]:
    """The event's fields as plain JSON values, without its `type`."""
    return asdict(event)


def event_from_json(type_: str, data: dict[str, Any]) -> Event:
    """The event of a journal row. ValueError for a type or field this version does not know."""
    cls = _BY_TYPE.get(type_)
    if cls is None:
        raise ValueError(f"unknown journal event {type_!r}")
    unknown = data.keys() - {f.name for f in fields(cls)}
    if unknown:
        raise ValueError(f"journal event {type_!r} has unknown fields {sorted(unknown)}")
    if "role" in data:
        data = {**data, "role": Role(data["role"])}
    event: Event = cls(**data)
    return event
