"""Offers and answers of the two connections (RFC 9429 without trickle: every candidate inside).

Publishing: the browser offers, we answer with one codec a section (VP8 before H.264; Opus, plain or
as RED: the browser sends what it listed first), up to three simulcast layers for video, no
transport-cc, so that its receiver-side estimate (REMB) is ours.
Subscribing: we offer fixed slots. Slot `i` of group `g` is the sections with mid `g.i.a` and
`g.i.v`, one media stream `g.i` for both; SSRCs stay for the life of the peer.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.media.port import MalformedDescription, NegotiationFailed, SlotGroup, Source
from app.media.sfu.layer_choice import MAX_LAYERS
from app.media.sfu.sdp import (
    MAX_MEDIA_SECTIONS,
    Codec,
    MediaSection,
    SessionDescription,
    format_fmtp,
    parse_session_description,
)
from app.media.sfu.slots import slot_name
from app.media.sfu.stream_formats import StreamFormats
from app.media.wire.transport_state import LocalParameters

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
_EXTENSIONS = {"audio": (MID, AUDIO_LEVEL), "video": (MID, ABS_SEND_TIME, RID, REPAIRED_RID)}
FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_PROTOCOLS = ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "TCP/TLS/RTP/SAVPF")

SEND_TIME_ID = 2
OPUS_PAYLOAD_TYPE, RED_PAYLOAD_TYPE = 111, 63
VOICE_BITRATE_BPS, MUSIC_BITRATE_BPS, STEREO_BITRATE_BPS = 32_000, 64_000, 96_000
VIDEO_PAYLOAD_TYPES = {"vp8": (96, 97), "h264": (102, 103)}
H264_FMTP = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"


@dataclass(slots=True)
class PublishedSection:
    """One accepted section of a publishing connection."""

    mid: str
    source: Source
    codec: Codec
    rtx_payload_type: int | None
    red_payload_type: int | None
    mid_extension_id: int | None
    audio_level_id: int | None
    rid_extension_id: int | None
    repaired_rid_extension_id: int | None
    rids: tuple[str, ...]
    """One per layer, in the offerer's order; `("",)` where there is one layer without a name."""
    ssrcs: dict[int, tuple[int, bool]]
    """Signalled SSRCs: the layer, and whether it carries retransmissions. Empty: to be learned."""
    is_sending: bool


@dataclass(frozen=True, slots=True)
class SlotSection:
    """One section of a subscribing connection, in order."""

    slot: str
    kind: str
    ssrc: int
    rtx_ssrc: int

    @property
    def mid(self) -> str:
        return f"{self.slot}.{self.kind[0]}"


@dataclass(slots=True)
class RemoteTransport:
    """What the other side's description says about ICE and DTLS."""

    section: MediaSection
    origin: str

    @property
    def identity(self) -> tuple[str, str]:
        """Differs if the browser made a new connection (then ours is replaced)."""
        return self.origin, " ".join(sorted(str(item) for item in self.section.fingerprints))


def parse_description(text: str) -> SessionDescription:
    """The SDP as a value. Raises MalformedDescription with a sentence."""
    try:
        return parse_session_description(text)
    except ValueError as error:
        raise MalformedDescription(str(error)) from error


def remote_transport(session: SessionDescription) -> RemoteTransport:
    """ICE and DTLS of the bundle. Raises NegotiationFailed if a part is missing."""
    sections = [section for section in session.media if not section.is_rejected]
    if not sections:
        raise NegotiationFailed("the SDP has no usable media section")
    tag = session.bundle[0] if session.bundle else ""
    section = next((one for one in sections if one.mid == tag), sections[0])
    if not section.ice_ufrag or not section.ice_pwd:
        raise NegotiationFailed("the SDP has no ICE user name fragment or password")
    if not section.fingerprints:
        raise NegotiationFailed("the SDP has no DTLS fingerprint")
    if section.setup not in ("actpass", "active", "passive"):
        raise NegotiationFailed("the SDP has no usable a=setup")
    return RemoteTransport(section, session.origin)


# -- publishing


def published_sections(
    session: SessionDescription, tracks: Mapping[str, Source]
) -> list[PublishedSection]:
    """The sections of an offer that we accept. Raises NegotiationFailed if `tracks` does not fit."""
    sections = {section.mid: section for section in session.media}
    for mid, source in tracks.items():
        if mid not in sections:
            raise NegotiationFailed(f"the offer has no media section with mid {mid[:64]}")
        if sections[mid].kind != source.kind:
            raise NegotiationFailed(f"mid {mid[:64]} is not {source.kind}")
    if len(set(tracks.values())) != len(tracks):
        raise NegotiationFailed("two media sections have the same source")
    accepted = []
    for section in session.media:
        found = tracks.get(section.mid)
        if found is None or section.is_rejected or section.protocol not in _PROTOCOLS:
            continue
        codec = _choose_codec(section)
        if codec is None:
            raise NegotiationFailed(f"mid {section.mid} offers no codec that we forward")
        if session.bundle and section.mid not in session.bundle:
            raise NegotiationFailed(f"mid {section.mid} is outside the bundle")
        accepted.append(_published(section, found, codec))
    if len(accepted) > 1 and not session.bundle:
        raise NegotiationFailed("the offer has several media sections and no BUNDLE group")
    return accepted


def _published(section: MediaSection, source: Source, codec: Codec) -> PublishedSection:
    rtx = section.rtx_for(codec.payload_type)
    is_sending = section.direction in _SENDING
    rids = _simulcast_rids(section)
    ssrcs: dict[int, tuple[int, bool]] = {}
    if not rids and is_sending:
        ssrcs = _signalled_ssrcs(section)
        count = 1 + max((position for position, _ in ssrcs.values()), default=0)
        rids = ("",) * count
    return PublishedSection(
        mid=section.mid,
        source=source,
        codec=codec,
        rtx_payload_type=rtx.payload_type if rtx else None,
        red_payload_type=red_for(section, codec),
        mid_extension_id=section.extensions.get(MID),
        audio_level_id=section.extensions.get(AUDIO_LEVEL),
        rid_extension_id=section.extensions.get(RID),
        repaired_rid_extension_id=section.extensions.get(REPAIRED_RID),
        rids=rids or ("",),
        ssrcs=ssrcs,
        is_sending=is_sending,
    )


def _simulcast_rids(section: MediaSection) -> tuple[str, ...]:
    """The layers that we take of an offer: the first three; () where none are named."""
    if section.kind != "video" or RID not in section.extensions:
        return ()
    rids = [rid for rid in section.simulcast_send if rid in section.send_rids]
    return tuple(dict.fromkeys(rids))[:MAX_LAYERS]


def _signalled_ssrcs(section: MediaSection) -> dict[int, tuple[int, bool]]:
    """SSRC to layer and whether it is RTX: one layer, or those of a SIM group as browsers had it."""
    repairs = {
        members[1]: members[0]
        for semantics, members in section.ssrc_groups
        if semantics.upper() == "FID" and len(members) == 2
    }
    groups = (members for name, members in section.ssrc_groups if name.upper() == "SIM")
    layers = next(groups, [])[:MAX_LAYERS]
    ssrcs: dict[int, tuple[int, bool]] = {}
    if layers:
        ssrcs = {ssrc: (position, False) for position, ssrc in enumerate(layers)}
        ssrcs |= {
            repair: (ssrcs[ssrc][0], True) for repair, ssrc in repairs.items() if ssrc in ssrcs
        }
    elif len(section.ssrcs) <= 4:
        ssrcs = {ssrc: (0, ssrc in repairs) for ssrc in section.ssrcs}
    return ssrcs


_SENDING = ("sendonly", "sendrecv")


def red_for(section: MediaSection, codec: Codec) -> int | None:
    """The payload type of `red/48000/2` whose blocks are all of this codec (RFC 2198 §5)."""
    if section.kind != "audio":
        return None
    wanted = {str(codec.payload_type)}
    for red in section.codecs.values():
        is_listed = red.name == "red" and str(red.payload_type) in section.formats
        blocks = next(iter(red.parameters), "").split("/")
        if is_listed and set(blocks) == wanted and red.clock_rate_hz == codec.clock_rate_hz:
            return red.payload_type
    return None


def _choose_codec(section: MediaSection) -> Codec | None:
    return next(iter(codecs_by_preference(section)), None)


def codecs_by_preference(section: MediaSection) -> list[Codec]:
    """The offered codecs that we forward: VP8 before H.264; Opus."""
    offered = [
        section.codecs[int(name)]
        for name in section.formats
        if name.isdigit() and int(name) in section.codecs
    ]
    if section.kind == "audio":
        return [codec for codec in offered if codec.name == "opus"]
    vp8 = [codec for codec in offered if codec.name == "vp8"]
    h264 = [codec for codec in offered if codec.name == "h264"]
    return vp8 + sorted(h264, key=_h264_rank)


def _h264_rank(codec: Codec) -> tuple[bool, bool]:
    """Packetization mode 1 first, then constrained baseline; else the offerer's order."""
    profile = codec.parameters.get("profile-level-id", "420010").lower()
    return codec.parameters.get("packetization-mode") != "1", not profile.startswith("42")


def build_answer(
    session: SessionDescription,
    accepted: Iterable[PublishedSection],
    local: LocalParameters,
    candidates: list[str],
    origin: str,
) -> str:
    """Our answer on a publishing connection; `origin` is `<session id> <version>`."""
    by_mid = {section.mid: section for section in accepted}
    bundle = [section.mid for section in session.media if section.mid in by_mid and section.mid]
    lines = session_lines(origin, bundle)
    is_first = True
    for section in session.media:
        published = by_mid.get(section.mid)
        if published is None or section.is_rejected:
            formats = " ".join(section.formats[:1]) or "0"
            lines.append(f"m={section.kind} 0 {section.protocol} {formats}")
            lines.append("c=IN IP4 0.0.0.0")
            lines += [f"a=mid:{section.mid}"] if section.mid else []
            lines.append("a=inactive")
            continue
        lines += _answer_section(section, published)
        lines += transport_lines(local, candidates if is_first else [])
        is_first = False
    return sdp_text(lines)


def _answer_section(section: MediaSection, published: PublishedSection) -> list[str]:
    codec = published.codec
    rtx, red = published.rtx_payload_type, published.red_payload_type
    formats = [codec.payload_type] + ([rtx] if rtx is not None else [])
    if red is not None:
        # In the order of the offer: the first one is what will be sent.
        formats = sorted((codec.payload_type, red), key=lambda one: section.formats.index(str(one)))
    direction = "recvonly" if section.direction in _SENDING else "inactive"
    lines = [
        f"m={section.kind} 9 {section.protocol} {' '.join(map(str, formats))}",
        "c=IN IP4 0.0.0.0",
        *([f"a=mid:{section.mid}"] if section.mid else []),
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    lines += [
        f"a=extmap:{section.extensions[uri]} {uri}"
        for uri in _EXTENSIONS[section.kind]
        if uri in section.extensions
    ]
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    name = {"vp8": "VP8", "h264": "H264"}.get(codec.name, codec.name)
    lines.append(f"a=rtpmap:{codec.payload_type} {name}/{codec.clock_rate_hz}{channels}")
    lines += [
        f"a=rtcp-fb:{codec.payload_type} {kind}" for kind in FEEDBACK if kind in codec.feedback
    ]
    parameters = _opus_parameters(codec) if codec.name == "opus" else codec.parameters
    if parameters:
        lines.append(f"a=fmtp:{codec.payload_type} {format_fmtp(parameters)}")
    if rtx is not None:
        lines.append(f"a=rtpmap:{rtx} rtx/{codec.clock_rate_hz}")
        lines.append(f"a=fmtp:{rtx} apt={codec.payload_type}")
    if red is not None:
        lines.append(f"a=rtpmap:{red} red/{codec.clock_rate_hz}{channels}")
        lines.append(f"a=fmtp:{red} {codec.payload_type}/{codec.payload_type}")
    if any(published.rids):
        lines += [f"a=rid:{rid} recv" for rid in published.rids]
        lines.append(f"a=simulcast:recv {';'.join(published.rids)}")
    return lines


def _opus_parameters(codec: Codec) -> dict[str, str]:
    """What we want to get, RFC 7587 §6.1: stereo if the sender will send it, no silent gaps (DTX) if it wants none.

    `stereo` in an offer is about what the sender can play: Firefox always writes it.
    """
    offered = codec.parameters
    if offered.get("sprop-stereo") == "1":
        sound = {"stereo": "1", "sprop-stereo": "1", "usedtx": "0"}
        bitrate_bps = STEREO_BITRATE_BPS
    elif offered.get("usedtx") == "0":
        sound, bitrate_bps = {"usedtx": "0"}, MUSIC_BITRATE_BPS
    else:
        sound, bitrate_bps = {"usedtx": "1"}, VOICE_BITRATE_BPS
    return {
        "minptime": "10",
        "useinbandfec": "1",
        **sound,
        "maxaveragebitrate": str(bitrate_bps),
    }


# -- subscribing


def slot_sections(groups: tuple[SlotGroup, ...]) -> list[SlotSection]:
    """Sections with fresh SSRCs for every slot. Raises NegotiationFailed if there are too many."""
    taken: set[int] = set()
    sections = []
    for group in groups:
        kinds = [
            kind
            for kind, is_there in (("audio", group.has_audio), ("video", group.has_video))
            if is_there
        ]
        for index in range(group.count):
            for kind in kinds:
                ssrc, rtx_ssrc = fresh_ssrc(taken), fresh_ssrc(taken)
                sections.append(SlotSection(slot_name(group.name, index), kind, ssrc, rtx_ssrc))
    if not sections:
        raise NegotiationFailed("this participant has no slots to receive in")
    if len(sections) > MAX_MEDIA_SECTIONS:
        raise NegotiationFailed(f"more than {MAX_MEDIA_SECTIONS} media sections")
    return sections


def fresh_ssrc(taken: set[int]) -> int:
    while True:
        ssrc = 1 + secrets.randbelow(0xFFFFFFFE)
        if ssrc not in taken:
            taken.add(ssrc)
            return ssrc


def build_offer(
    sections: list[SlotSection],
    local: LocalParameters,
    candidates: list[str],
    origin: str,
) -> str:
    """Our offer on a subscribing connection; `origin` is `<session id> <version>`."""
    lines = session_lines(origin, [section.mid for section in sections])
    for position, section in enumerate(sections):
        lines += _audio_offer(section) if section.kind == "audio" else _video_offer(section)
        # Browsers take the candidates of the first section of a bundle, aiortc those of the last.
        is_end = position in (0, len(sections) - 1)
        lines += transport_lines(local, candidates if is_end else [])
    return sdp_text(lines)


def _audio_offer(section: SlotSection) -> list[str]:
    payload_type, red = OPUS_PAYLOAD_TYPE, RED_PAYLOAD_TYPE
    return [
        f"m=audio 9 UDP/TLS/RTP/SAVPF {payload_type} {red}",
        *_offer_head(section),
        f"a=rtpmap:{payload_type} opus/48000/2",
        f"a=fmtp:{payload_type} minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1",
        f"a=rtpmap:{red} red/48000/2",
        f"a=fmtp:{red} {payload_type}/{payload_type}",
        *_ssrc_lines(section, section.ssrc),
    ]


def _video_offer(section: SlotSection) -> list[str]:
    formats = [number for pair in VIDEO_PAYLOAD_TYPES.values() for number in pair]
    lines = [
        f"m=video 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, formats))}",
        *_offer_head(section),
        f"a=extmap:{SEND_TIME_ID} {ABS_SEND_TIME}",
    ]
    for name, (payload_type, rtx) in VIDEO_PAYLOAD_TYPES.items():
        lines.append(f"a=rtpmap:{payload_type} {name.upper()}/90000")
        lines += [f"a=rtcp-fb:{payload_type} {kind}" for kind in FEEDBACK]
        lines += [f"a=fmtp:{payload_type} {H264_FMTP}"] if name == "h264" else []
        lines += [f"a=rtpmap:{rtx} rtx/90000", f"a=fmtp:{rtx} apt={payload_type}"]
    lines.append(f"a=ssrc-group:FID {section.ssrc} {section.rtx_ssrc}")
    return lines + _ssrc_lines(section, section.ssrc) + _ssrc_lines(section, section.rtx_ssrc)


def _offer_head(section: SlotSection) -> list[str]:
    return [
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=sendonly",
        f"a=msid:{section.slot} {section.mid}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]


def _ssrc_lines(section: SlotSection, ssrc: int) -> list[str]:
    return [
        f"a=ssrc:{ssrc} cname:{section.slot}",
        f"a=ssrc:{ssrc} msid:{section.slot} {section.mid}",
    ]


def accepted_formats(
    answer: SessionDescription, sections: list[SlotSection]
) -> dict[str, StreamFormats]:
    """Mid to what the browser accepted; a mid that is not there gets nothing.

    Raises NegotiationFailed if the answer is not one to our offer.
    """
    if len(answer.media) != len(sections):
        raise NegotiationFailed("the answer has another number of media sections than the offer")
    formats = {}
    for offered, section in zip(sections, answer.media, strict=True):
        if section.kind != offered.kind or (section.mid and section.mid != offered.mid):
            raise NegotiationFailed("the media sections of the answer are not those of the offer")
        if section.is_rejected or section.direction not in ("recvonly", "sendrecv"):
            continue
        formats[offered.mid] = _stream_formats(section)
    return formats


def _stream_formats(section: MediaSection) -> StreamFormats:
    listed = {int(name) for name in section.formats if name.isdigit()}
    if section.kind == "audio":
        if OPUS_PAYLOAD_TYPE not in listed:
            return StreamFormats({})
        return StreamFormats(
            {"opus": (OPUS_PAYLOAD_TYPE, None)},
            red_payload_type=RED_PAYLOAD_TYPE if RED_PAYLOAD_TYPE in listed else None,
        )
    return StreamFormats(
        payload_types={
            name: (payload_type, rtx if rtx in listed else None)
            for name, (payload_type, rtx) in VIDEO_PAYLOAD_TYPES.items()
            if payload_type in listed
        },
        send_time_id=SEND_TIME_ID if ABS_SEND_TIME in section.extensions else None,
    )


# -- both


def session_lines(origin: str, bundle: list[str]) -> list[str]:
    return [
        "v=0",
        f"o=- {origin} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(bundle)}",
        "a=msid-semantic:WMS *",
    ]


def transport_lines(local: LocalParameters, candidates: list[str]) -> list[str]:
    lines = [
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.pwd}",
        f"a=fingerprint:{local.fingerprint}",
        f"a=setup:{local.setup}",
    ]
    lines += [f"a={candidate}" for candidate in candidates]
    return lines + (["a=end-of-candidates"] if candidates else [])


def sdp_text(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
