"""What is shown of an interrupted recording. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.ids import ParticipantId
from app.rooms.events import CONSENT_WITHDRAWN, EpochOpened, RecordingStopped
from app.rooms.recorded import Recorded

MAX_APART_MS = 1_000
"""Camera and microphone of one place, cut off by one event, begin and end this near to each other."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A place that was not written for a while."""

    participant_id: ParticipantId
    sources: tuple[str, ...]
    from_ms: int
    to_ms: int | None
    """None: it still is not."""
    reason: str


def lost_in(manifest: Mapping[str, Any]) -> list[Lost]:
    """The losses of a manifest, camera and microphone of a place taken together, in order."""
    found: list[Lost] = []
    for loss in sorted(manifest.get("losses", ()), key=lambda one: (one["from_ms"], one["source"])):
        one = Lost(
            ParticipantId(loss["participant_id"]),
            (loss["source"],),
            loss["from_ms"],
            loss["to_ms"],
            loss["reason"],
        )
        for index, other in enumerate(found):
            if _is_same_event(one, other):
                found[index] = _together(other, one)
                break
        else:
            found.append(one)
    return found


def _is_same_event(one: Lost, other: Lost) -> bool:
    if (one.participant_id, one.reason) != (other.participant_id, other.reason):
        return False
    if one.to_ms is None or other.to_ms is None:
        return one.to_ms is other.to_ms
    return (
        abs(one.from_ms - other.from_ms) <= MAX_APART_MS
        and abs(one.to_ms - other.to_ms) <= MAX_APART_MS
    )


def _together(one: Lost, other: Lost) -> Lost:
    ends = [end for end in (one.to_ms, other.to_ms) if end is not None]
    return Lost(
        one.participant_id,
        tuple(sorted({*one.sources, *other.sources})),
        min(one.from_ms, other.from_ms),
        max(ends, default=None),
        one.reason,
    )


def stopped_now(rows: Iterable[Recorded], started_ms: int) -> Sequence[Lost]:
    """What the recorder gave up in a lesson that goes on, and has not begun again. A withdrawal is no fault."""
    stopped: dict[tuple[ParticipantId, str], Lost] = {}
    for row in rows:
        match row.event:
            case RecordingStopped(reason=reason) if reason == CONSENT_WITHDRAWN:
                pass
            case RecordingStopped(participant_id=who, source=source, reason=reason):
                stopped[who, source] = Lost(who, (source,), row.at_ms - started_ms, None, reason)
            case EpochOpened(participant_id=who, source=source):
                stopped.pop((who, source), None)
    return list(stopped.values())
