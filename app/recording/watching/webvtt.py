"""WebVTT (W3C): a file into cues and back. Pure.

A cue is plain text at a time: identifiers, settings, styles and notes are left out, a voice becomes `name: text`.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import InvalidInput

MAX_FILE_BYTES = 512 * 1024
MAX_CUES = 5_000
MAX_TEXT = 500
"""Characters of one cue."""

_TIMESTAMP = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"\s*{_TIMESTAMP}[ \t]+-->[ \t]+{_TIMESTAMP}(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"<[^>]*>")
_NOT_CUES = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class Cue:
    """Times in milliseconds on the lesson's time line."""

    starts_ms: int
    ends_ms: int
    text: str
    """One or more lines, none of them empty."""


class CaptionsInvalid(InvalidInput):
    """`line` counts from 1: the file's line, or the cue's number if there was no file."""

    def __init__(self, code: str, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}", code=code, line=line)


def parse_webvtt(content: bytes, duration_ms: int) -> tuple[Cue, ...]:
    """The cues by time. Raises CaptionsInvalid for a file that is not WebVTT or does not fit the recording."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CaptionsInvalid("captions_not_utf8", line, "not UTF-8") from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise CaptionsInvalid("captions_not_webvtt", 1, "a WebVTT file begins with WEBVTT")
    cues: list[tuple[int, Cue]] = []
    for number, block in _blocks(lines):
        if block[0].startswith(_NOT_CUES) and "-->" not in block[0]:
            continue
        cue = _cue(number, block)
        if cue.text:
            cues.append((number, cue))
    return check_cues([cue for _, cue in cues], duration_ms, [number for number, _ in cues])


def check_cues(
    cues: Sequence[Cue], duration_ms: int, lines: Sequence[int] | None = None
) -> tuple[Cue, ...]:
    """The cues by time, cut at the recording's end; raises CaptionsInvalid with the line of the first that is wrong."""
    numbers = lines if lines is not None else range(1, len(cues) + 1)
    if len(cues) > MAX_CUES:
        raise CaptionsInvalid(
            "captions_too_many", numbers[MAX_CUES], f"more than {MAX_CUES} captions"
        )
    return tuple(
        sorted(
            (_checked(n, cue, duration_ms) for n, cue in zip(numbers, cues, strict=True)),
            key=lambda cue: (cue.starts_ms, cue.ends_ms),
        )
    )


def write_webvtt(cues: Iterable[Cue]) -> str:
    """A file that `parse_webvtt` and every player read."""
    blocks = [
        f"{_timestamp(cue.starts_ms)} --> {_timestamp(cue.ends_ms)}\n"
        f"{html.escape(cue.text, quote=False)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _checked(line: int, cue: Cue, duration_ms: int) -> Cue:
    text = _lines_of(cue.text)
    if not text:
        raise CaptionsInvalid("captions_text_missing", line, "a caption has no words")
    if len(text) > MAX_TEXT:
        raise CaptionsInvalid(
            "captions_text_too_long", line, f"a caption has more than {MAX_TEXT} characters"
        )
    if cue.starts_ms < 0 or cue.ends_ms <= cue.starts_ms:
        raise CaptionsInvalid("captions_time_order", line, "a caption ends before it starts")
    if cue.starts_ms >= duration_ms:
        raise CaptionsInvalid(
            "captions_after_end", line, "a caption starts after the end of the recording"
        )
    return Cue(cue.starts_ms, min(cue.ends_ms, duration_ms), text)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines between empty ones after the header, each with its first line's number."""
    block: list[str] = []
    is_header = True
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line)
            continue
        if block and not is_header:
            yield number - len(block), block
        is_header = False
        block = []


def _cue(number: int, block: Sequence[str]) -> Cue:
    # The line before the times, if there is one, is an identifier.
    at = 0 if "-->" in block[0] else 1
    match = _TIMING.fullmatch(block[at]) if at < len(block) else None
    if match is None:
        raise CaptionsInvalid(
            "captions_time_invalid",
            number + min(at, len(block) - 1),
            "expected times such as 00:01:02.000 --> 00:01:04.500",
        )
    parts = match.groups()
    text = "\n".join(_plain(line) for line in block[at + 1 :])
    return Cue(_milliseconds(parts[:4]), _milliseconds(parts[4:]), _lines_of(text))


def _plain(line: str) -> str:
    spoken = _VOICE.sub(lambda voice: f"{voice[1].strip()}: ", line)
    return html.unescape(_TAG.sub("", spoken))


def _lines_of(text: str) -> str:
    """Without empty lines, which would end the cue, and without control characters."""
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _timestamp(ms: int) -> str:
    seconds, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"
