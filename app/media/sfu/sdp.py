"""Session descriptions (RFC 8866) as far as an RTP forwarder needs them.

`aiortc.sdp` asserts its way through an offer, knows no rid, and pulls all codecs into the process;
this reader is bounded, forgiving about what it does not use, and says what is wrong with the rest.
"""

import re
from dataclasses import dataclass, field

from app.media.wire.dtls_srtp import Fingerprint

MAX_SDP_BYTES = 128 * 1024
MAX_MEDIA_SECTIONS = 80
MAX_LINES = 6_000

_M_LINE = re.compile(r"^(\S+) (\d+)(?:/\d+)? (\S+) (.+)$")
_TOKEN = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}$")
_RID = re.compile(r"^[A-Za-z0-9]{1,16}$")
_ICE = re.compile(r"^[A-Za-z0-9+/=_-]{4,256}$")


@dataclass(slots=True)
class Codec:
    """One payload type of a media section."""

    payload_type: int
    name: str
    """Lower case: `vp8`, `opus`, `rtx`."""
    clock_rate_hz: int
    channels: int = 1
    parameters: dict[str, str] = field(default_factory=dict)
    """`a=fmtp`, keys in lower case."""
    feedback: list[str] = field(default_factory=list)
    """`a=rtcp-fb` values such as `nack pli`."""


@dataclass(slots=True)
class MediaSection:
    """One `m=` section. ICE and DTLS values fall back to the session level."""

    kind: str
    port: int
    protocol: str
    formats: list[str]
    mid: str = ""
    direction: str = "sendrecv"
    is_bundle_only: bool = False
    ice_ufrag: str = ""
    ice_pwd: str = ""
    setup: str = ""
    fingerprints: list[Fingerprint] = field(default_factory=list)
    codecs: dict[int, Codec] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    """Header extension URI to id."""
    ssrcs: list[int] = field(default_factory=list)
    ssrc_groups: list[tuple[str, list[int]]] = field(default_factory=list)
    send_rids: list[str] = field(default_factory=list)
    """`a=rid:<id> send` (RFC 8851)."""
    simulcast_send: list[str] = field(default_factory=list)
    """The rids of `a=simulcast:send`, the first alternative of each stream (RFC 8853 §5.1)."""

    @property
    def is_rejected(self) -> bool:
        """Port 0 means no, but for a section of the bundle that shall have no transport of its own
        (RFC 9143 §6): Firefox writes that of every section but the first.
        """
        return self.port == 0 and not self.is_bundle_only

    def rtx_for(self, payload_type: int) -> Codec | None:
        """The retransmission format whose `apt` is `payload_type` (RFC 4588 §8.1)."""
        apt = str(payload_type)
        for codec in self.codecs.values():
            if codec.name == "rtx" and codec.parameters.get("apt") == apt:
                return codec
        return None


@dataclass(slots=True)
class SessionDescription:
    """A parsed offer or answer."""

    origin: str
    """`<username> <sess-id>` of `o=`: changes when the other side made a new connection."""
    is_ice_lite: bool
    bundle: list[str]
    media: list[MediaSection]


def parse_session_description(text: str) -> SessionDescription:
    """Read an SDP. Raises ValueError with a sentence on what cannot be used."""
    if len(text) > MAX_SDP_BYTES:
        raise ValueError(f"SDP is longer than {MAX_SDP_BYTES} bytes")
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise ValueError(f"SDP has more than {MAX_LINES} lines")
    if not lines or lines[0].strip() != "v=0":
        raise ValueError("SDP does not begin with v=0")
    session = SessionDescription(origin="", is_ice_lite=False, bundle=[], media=[])
    defaults = MediaSection(kind="", port=0, protocol="", formats=[])
    section = defaults
    deferred: list[tuple[MediaSection, str, str]] = []
    for raw in lines:
        kind, separator, value = raw.strip().partition("=")
        if not separator:
            continue
        if kind == "m":
            if len(session.media) >= MAX_MEDIA_SECTIONS:
                raise ValueError(f"SDP has more than {MAX_MEDIA_SECTIONS} media sections")
            section = _media_section(value, defaults)
            session.media.append(section)
        elif kind == "o":
            session.origin = " ".join(value.split()[:2])
        elif kind == "a":
            name, _, rest = value.partition(":")
            if name in ("fmtp", "rtcp-fb"):
                deferred.append((section, name, rest))
            elif section is defaults and name == "ice-lite":
                session.is_ice_lite = True
            elif section is defaults and name == "group":
                words = rest.split()
                if words[:1] == ["BUNDLE"]:
                    session.bundle = words[1:]
            else:
                _attribute(section, name, rest.strip())
    for section, name, rest in deferred:
        _codec_attribute(section, name, rest)
    _check(session)
    return session


def _media_section(value: str, defaults: MediaSection) -> MediaSection:
    match = _M_LINE.match(value)
    if match is None:
        raise ValueError("SDP has a malformed m= line")
    formats = match[4].split()
    if len(formats) > 128:
        raise ValueError("an m= line has more than 128 formats")
    return MediaSection(
        kind=match[1].lower(),
        port=_integer(match[2], 65_535, "port"),
        protocol=match[3],
        formats=formats,
        direction=defaults.direction,
        ice_ufrag=defaults.ice_ufrag,
        ice_pwd=defaults.ice_pwd,
        setup=defaults.setup,
        fingerprints=list(defaults.fingerprints),
    )


def _attribute(section: MediaSection, name: str, value: str) -> None:
    match name:
        case "mid":
            if not _TOKEN.match(value):
                raise ValueError("a=mid is not a token of at most 64 characters")
            section.mid = value
        case "sendrecv" | "sendonly" | "recvonly" | "inactive":
            section.direction = name
        case "ice-ufrag" | "ice-pwd":
            if not _ICE.match(value):
                raise ValueError(f"a={name} is malformed")
            if name == "ice-ufrag":
                section.ice_ufrag = value
            else:
                section.ice_pwd = value
        case "bundle-only":
            section.is_bundle_only = True
        case "setup":
            section.setup = value.lower()
        case "fingerprint":
            if len(section.fingerprints) < 8:
                section.fingerprints.append(Fingerprint.parse(value))
        case "rtpmap":
            _rtpmap(section, value)
        case "extmap":
            words = value.split()
            if len(words) >= 2 and len(section.extensions) < 32:
                identifier = _integer(words[0].partition("/")[0], 255, "extmap id")
                section.extensions.setdefault(words[1], identifier)
        case "ssrc":
            ssrc = _integer(value.split()[0] if value else "", 0xFFFFFFFF, "ssrc")
            if ssrc not in section.ssrcs and len(section.ssrcs) < 32:
                section.ssrcs.append(ssrc)
        case "ssrc-group":
            semantics, *members = value.split() or [""]
            if len(section.ssrc_groups) < 32:
                ssrcs = [_integer(word, 0xFFFFFFFF, "ssrc-group") for word in members[:8]]
                section.ssrc_groups.append((semantics, ssrcs))
        case "rid":
            words = value.split()
            if len(words) >= 2 and words[1] == "send" and len(section.send_rids) < 16:
                section.send_rids.append(_rid(words[0]))
        case "simulcast":
            _simulcast(section, value)


def _simulcast(section: MediaSection, value: str) -> None:
    words = value.split()
    for direction, streams in zip(words[::2], words[1::2], strict=False):
        if direction == "send":
            section.simulcast_send = [
                _rid(stream.partition(",")[0].removeprefix("~"))
                for stream in streams.split(";")[:16]
            ]


def _rid(text: str) -> str:
    if not _RID.match(text):
        raise ValueError("a rid is not of 1 to 16 letters and digits")
    return text


def _rtpmap(section: MediaSection, value: str) -> None:
    words = value.split()
    parts = words[1].split("/") if len(words) > 1 else []
    if len(parts) < 2:
        raise ValueError("a=rtpmap is malformed")
    payload_type = _integer(words[0], 127, "payload type")
    section.codecs[payload_type] = Codec(
        payload_type=payload_type,
        name=parts[0].lower(),
        clock_rate_hz=_integer(parts[1], 1_000_000, "clock rate"),
        channels=_integer(parts[2], 8, "channel count") if len(parts) > 2 else 1,
    )


def _codec_attribute(section: MediaSection, name: str, value: str) -> None:
    target, _, rest = value.strip().partition(" ")
    if name == "rtcp-fb":
        words = " ".join(rest.split()).lower()
        for codec in section.codecs.values():
            if target in ("*", str(codec.payload_type)) and len(codec.feedback) < 16:
                codec.feedback.append(words)
        return
    found = section.codecs.get(int(target)) if target.isdigit() else None
    if found is None:
        return
    for item in rest.split(";")[:64]:
        key, _, setting = item.strip().partition("=")
        if key:
            found.parameters[key.strip().lower()] = setting.strip()


def _integer(text: str, maximum: int, what: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > maximum:
        raise ValueError(f"SDP has an impossible {what}")
    return int(text)


def _check(session: SessionDescription) -> None:
    seen: set[str] = set()
    for section in session.media:
        if section.mid and section.mid in seen:
            raise ValueError(f"two media sections have the mid {section.mid}")
        seen.add(section.mid)


def format_fmtp(parameters: dict[str, str]) -> str:
    """The value of `a=fmtp` after the payload type."""
    return ";".join(key if not value else f"{key}={value}" for key, value in parameters.items())
