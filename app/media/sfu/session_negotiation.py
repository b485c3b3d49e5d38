"""Offers of WHIP and WHEP clients: which section is what, and our answer to one who only receives.

There is no second offer, so an offer that cannot be met as a whole is refused (RFC 9725 §4.4.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.media.port import NegotiationFailed, Source
from app.media.sfu.negotiation import (
    ABS_SEND_TIME,
    FEEDBACK,
    MID,
    SlotSection,
    codecs_by_preference,
    fresh_ssrc,
    red_for,
    sdp_text,
    session_lines,
    transport_lines,
)
from app.media.sfu.sdp import Codec, MediaSection, SessionDescription, format_fmtp
from app.media.sfu.stream_formats import StreamFormats
from app.media.wire.transport_state import LocalParameters

SLOT = "view"
"""The one slot of a WHEP session."""


def offered_sources(offer: SessionDescription, video_source: Source) -> dict[str, Source]:
    """Mid to source of a WHIP offer: its video is `video_source`, its audio the microphone.

    Raises NegotiationFailed on anything else, two sections of a kind, and sections that do not send.
    """
    _check_kinds(offer)
    for section in offer.media:
        if section.direction not in ("sendonly", "sendrecv"):
            raise NegotiationFailed(f"the {section.kind} section does not send")
    return {
        section.mid: Source.MICROPHONE if section.kind == "audio" else video_source
        for section in offer.media
    }


def _check_kinds(offer: SessionDescription) -> None:
    kinds = [section.kind for section in offer.media]
    if any(kind not in ("audio", "video") for kind in kinds):
        raise NegotiationFailed("a session has audio and video only")
    if len(set(kinds)) != len(kinds):
        raise NegotiationFailed("a session has at most one video section and one of audio")
    if any(section.is_rejected for section in offer.media):
        raise NegotiationFailed("a media section is offered with port 0")


@dataclass(frozen=True, slots=True)
class ViewedSection:
    """One section of a WHEP offer, and the stream that it gets."""

    offered: MediaSection
    slot: SlotSection
    codecs: tuple[Codec, ...]
    formats: StreamFormats


def viewed_sections(offer: SessionDescription) -> list[ViewedSection]:
    """What a WHEP offer receives. Raises NegotiationFailed if a part of it cannot be met."""
    _check_kinds(offer)
    if len(offer.media) > 1 and not {one.mid for one in offer.media} <= set(offer.bundle):
        raise NegotiationFailed("the media sections are not in one BUNDLE group")
    taken: set[int] = set()
    return [_viewed(section, taken) for section in offer.media]


def _viewed(section: MediaSection, taken: set[int]) -> ViewedSection:
    if section.direction not in ("recvonly", "sendrecv"):
        raise NegotiationFailed(f"the {section.kind} section does not receive")
    best: dict[str, Codec] = {}
    for codec in codecs_by_preference(section):
        best.setdefault(codec.name, codec)
    if not best:
        raise NegotiationFailed(f"the {section.kind} section has no codec that we forward")
    rtx = {name: section.rtx_for(codec.payload_type) for name, codec in best.items()}
    formats = StreamFormats(
        payload_types={
            name: (codec.payload_type, repair.payload_type if (repair := rtx[name]) else None)
            for name, codec in best.items()
        },
        send_time_id=section.extensions.get(ABS_SEND_TIME) if section.kind == "video" else None,
        red_payload_type=red_for(section, next(iter(best.values()))),
    )
    slot = SlotSection(SLOT, section.kind, fresh_ssrc(taken), fresh_ssrc(taken))
    return ViewedSection(section, slot, tuple(best.values()), formats)


def build_view_answer(
    view: Sequence[ViewedSection], local: LocalParameters, candidates: list[str], origin: str
) -> str:
    """Our answer to a WHEP offer; `origin` is `<session id> <version>`."""
    lines = session_lines(origin, [one.offered.mid for one in view if one.offered.mid])
    for position, one in enumerate(view):
        lines += _section_lines(one)
        # Browsers take the candidates of the first section of a bundle, aiortc those of the last.
        is_end = position in (0, len(view) - 1)
        lines += transport_lines(local, candidates if is_end else [])
    return sdp_text(lines)


def _section_lines(one: ViewedSection) -> list[str]:
    section, slot = one.offered, one.slot
    payload_types = one.formats.payload_types.values()
    formats = [str(number) for pair in payload_types for number in pair if number is not None]
    red = one.formats.red_payload_type
    formats += [str(red)] if red is not None else []
    has_rtx = any(repair is not None for _, repair in payload_types)
    lines = [
        f"m={section.kind} 9 {section.protocol} {' '.join(formats)}",
        "c=IN IP4 0.0.0.0",
        *([f"a=mid:{section.mid}"] if section.mid else []),
        "a=sendonly",
        f"a=msid:{SLOT} {slot.mid}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    wanted = (MID, ABS_SEND_TIME) if section.kind == "video" else ()
    lines += [f"a=extmap:{section.extensions[u]} {u}" for u in wanted if u in section.extensions]
    for codec in one.codecs:
        lines += _codec_lines(codec, one.formats.payload_types[codec.name][1])
    if red is not None:
        opus = one.codecs[0].payload_type
        lines += [f"a=rtpmap:{red} red/48000/2", f"a=fmtp:{red} {opus}/{opus}"]
    if has_rtx:
        lines.append(f"a=ssrc-group:FID {slot.ssrc} {slot.rtx_ssrc}")
    for ssrc in (slot.ssrc, slot.rtx_ssrc) if has_rtx else (slot.ssrc,):
        lines += [f"a=ssrc:{ssrc} cname:{SLOT}", f"a=ssrc:{ssrc} msid:{SLOT} {slot.mid}"]
    return lines


def _codec_lines(codec: Codec, rtx: int | None) -> list[str]:
    number, rate = codec.payload_type, codec.clock_rate_hz
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    name = codec.name if codec.name == "opus" else codec.name.upper()
    lines = [f"a=rtpmap:{number} {name}/{rate}{channels}"]
    lines += [f"a=rtcp-fb:{number} {kind}" for kind in FEEDBACK if kind in codec.feedback]
    if codec.parameters:
        lines.append(f"a=fmtp:{number} {format_fmtp(codec.parameters)}")
    if rtx is not None:
        lines += [f"a=rtpmap:{rtx} rtx/{rate}", f"a=fmtp:{rtx} apt={number}"]
    return lines
