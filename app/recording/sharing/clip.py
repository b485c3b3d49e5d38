"""The manifest of a part of a lesson. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.recording.sharing.links import ClipRange

_FLOOR = ("floor_opened", "floor_closed")


def clipped(manifest: Mapping[str, Any], clip: ClipRange) -> dict[str, Any]:
    """Stage, slides, chapters and gaps on the clip's own time line, 0 = its start.

    Who was on stage when it begins, the page that was shown, and a floor that was open, are told at 0.
    """
    return {
        "stage": _changes(manifest.get("stage", ()), clip),
        "slides": _changes(manifest.get("slides", ()), clip),
        "strokes": _strokes(manifest.get("strokes", ()), clip),
        "chapters": _chapters(manifest.get("chapters", ()), clip),
        "gaps": _gaps(manifest.get("gaps", ()), clip),
    }


def _within(at_ms: int, clip: ClipRange) -> bool:
    return clip.from_ms < at_ms < clip.to_ms


def _changes(changes: Iterable[dict[str, Any]], clip: ClipRange) -> list[dict[str, Any]]:
    changes = list(changes)
    before = [{**one, "at_ms": 0} for one in changes if one["at_ms"] <= clip.from_ms][-1:]
    return before + [_moved(one, clip) for one in changes if _within(one["at_ms"], clip)]


def _chapters(chapters: Iterable[dict[str, Any]], clip: ClipRange) -> list[dict[str, Any]]:
    chapters = list(chapters)
    before = [one for one in chapters if one["at_ms"] <= clip.from_ms and one["kind"] in _FLOOR]
    is_open = bool(before) and before[-1]["kind"] == "floor_opened"
    opened = [{**before[-1], "at_ms": 0}] if is_open else []
    return opened + [_moved(one, clip) for one in chapters if _within(one["at_ms"], clip)]


def _gaps(gaps: Iterable[dict[str, Any]], clip: ClipRange) -> list[dict[str, Any]]:
    return [
        {
            **gap,
            "from_ms": max(gap["from_ms"], clip.from_ms) - clip.from_ms,
            "to_ms": min(gap["to_ms"], clip.to_ms) - clip.from_ms,
        }
        for gap in gaps
        if gap["from_ms"] < clip.to_ms and gap["to_ms"] > clip.from_ms
    ]


def _strokes(strokes: Iterable[dict[str, Any]], clip: ClipRange) -> list[dict[str, Any]]:
    """Lines that were there in the clip."""
    return [
        {
            **stroke,
            "from_ms": max(stroke["from_ms"], clip.from_ms) - clip.from_ms,
            "to_ms": None if stroke["to_ms"] is None else stroke["to_ms"] - clip.from_ms,
        }
        for stroke in strokes
        if stroke["from_ms"] < clip.to_ms
        and (stroke["to_ms"] is None or stroke["to_ms"] > clip.from_ms)
    ]


def _moved(entry: dict[str, Any], clip: ClipRange) -> dict[str, Any]:
    return {**entry, "at_ms": entry["at_ms"] - clip.from_ms}
