"""Which layer an SSRC is, also when its packets do not say so any more."""

from dataclasses import replace

from app.media.port import Source
from app.media.sfu.binding import BoundPlace, Places
from app.media.sfu.negotiation import PublishedSection
from app.media.sfu.sdp import Codec
from app.media.wire.rtp import RtpPacket, pack_extensions, pack_header

MID_ID, RID_ID = 1, 2
CAMERA = PublishedSection(
    mid="1",
    source=Source.CAMERA,
    codec=Codec(96, "vp8", 90_000),
    rtx_payload_type=97,
    red_payload_type=None,
    mid_extension_id=MID_ID,
    audio_level_id=None,
    rid_extension_id=RID_ID,
    repaired_rid_extension_id=None,
    rids=("l", "m", "h"),
    ssrcs={},
    is_sending=True,
)


def packet(ssrc: int, rid: str = "") -> RtpPacket:
    ids = [(MID_ID, b"1"), (RID_ID, rid.encode())] if rid else []
    block = pack_extensions(ids) if ids else b""
    return RtpPacket.parse(pack_header(96, 7, 8, ssrc, extension_block=block) + b"x")


def test_an_encoding_that_named_itself_once_is_known_when_its_section_begins_anew() -> None:
    places = Places(4)
    assert places.of([CAMERA], packet(11)) is None, "which of the three?"
    assert places.of([CAMERA], packet(11, "m")) == BoundPlace(CAMERA, 1, is_rtx=False)
    assert places.of([], packet(11)) is None, "the section is gone"
    again = replace(CAMERA)
    assert places.of([again], packet(11)) == BoundPlace(again, 1, is_rtx=False)


def test_a_stranger_with_many_ssrcs_is_remembered_for_the_last_few_only() -> None:
    places = Places(4)
    for ssrc in range(100, 120):
        assert places.of([CAMERA], packet(ssrc, "l")) is not None
    known = [ssrc for ssrc in range(100, 120) if places.of([CAMERA], packet(ssrc)) is not None]
    assert known == [116, 117, 118, 119]
