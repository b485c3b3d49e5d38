"""Offers and answers as text."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ids import ParticipantId
from app.media.port import MediaPermissions, NegotiationFailed, SlotGroup, Source
from app.media.sfu.negotiation import (
    ABS_SEND_TIME,
    accepted_formats,
    build_answer,
    build_offer,
    parse_description,
    published_sections,
    remote_transport,
    slot_sections,
)
from app.media.sfu.sdp import MAX_MEDIA_SECTIONS, MAX_SDP_BYTES, parse_session_description
from app.media.sfu.session_negotiation import (
    build_view_answer,
    offered_sources,
    viewed_sections,
)
from app.media.wire.dtls_srtp import Fingerprint
from app.media.wire.transport_state import LocalParameters
from tests.support.raw_peer import RawPeer

from .support import LESSON, LOOPBACK, STAGE, Engine, receiver, sender

FINGERPRINT = "sha-256 " + ":".join(["AB"] * 32)
LOCAL = LocalParameters("ours", "o" * 22, Fingerprint.parse(FINGERPRINT), "passive")
CANDIDATES = ["candidate:1 1 udp 2130706431 192.0.2.1 8190 typ host"]

# What Chromium 150 offers for a microphone and a simulcast camera, shortened.
CHROMIUM = f"""v=0
o=- 233512821502727793 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS stream
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:PbHw
a=ice-pwd:JWw6nIESSBmNNwLQpb/0HWi1
a=ice-options:trickle
a=fingerprint:{FINGERPRINT}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:13 CN/8000
a=ssrc:4110713620 cname:c
m=video 9 UDP/TLS/RTP/SAVPF 102 103 96 97 45
c=IN IP4 0.0.0.0
a=ice-ufrag:PbHw
a=ice-pwd:JWw6nIESSBmNNwLQpb/0HWi1
a=fingerprint:{FINGERPRINT}
a=setup:actpass
a=mid:1
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=sendonly
a=rtcp-mux
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:45 AV1/90000
a=rid:l send
a=rid:h send
a=simulcast:send l;h
"""
TRACKS = {"0": Source.MICROPHONE, "1": Source.CAMERA}


def answer_to(offer: str, tracks: dict[str, Source] = TRACKS) -> str:
    session = parse_description(offer)
    accepted = published_sections(session, tracks)
    return build_answer(session, accepted, LOCAL, CANDIDATES, "1 1")


def test_a_browsers_offer_gets_one_codec_a_section_and_every_candidate_at_once() -> None:
    answer = answer_to(CHROMIUM)
    parsed = parse_session_description(answer)
    assert parsed.is_ice_lite and parsed.bundle == ["0", "1"]
    audio, video = parsed.media
    assert (audio.setup, audio.ice_ufrag, audio.direction) == ("passive", "ours", "recvonly")
    assert [codec.name for codec in audio.codecs.values()] == ["opus", "red"]
    assert audio.codecs[111].parameters == {
        "minptime": "10",
        "useinbandfec": "1",
        "usedtx": "1",
        "maxaveragebitrate": "32000",
    }
    assert audio.formats == ["111", "63"] and audio.codecs[63].parameters == {"111/111": ""}
    assert video.formats == ["96", "97"], "VP8 though H.264 was listed first"
    assert video.rtx_for(96) is not None
    assert video.codecs[96].feedback == ["nack", "nack pli", "ccm fir", "goog-remb"]
    assert answer.count("a=candidate:") == answer.count("a=end-of-candidates") == 1
    assert "transport" not in answer
    assert "a=rid:l recv\r\na=rid:h recv\r\na=simulcast:recv l;h\r\n" in answer
    assert "/sendonly" not in answer
    assert video.extensions[ABS_SEND_TIME] == 2


def test_redundant_sound_is_taken_in_the_order_of_the_offer() -> None:
    red_first = CHROMIUM.replace("SAVPF 111 63", "SAVPF 63 111")
    session = parse_description(red_first)
    (audio, _) = published_sections(session, TRACKS)
    assert (audio.codec.name, audio.red_payload_type) == ("opus", 63)
    assert parse_session_description(answer_to(red_first)).media[0].formats == ["63", "111"]
    for strange in ("a=fmtp:63 111/9", "a=fmtp:63 9/9", "a=fmtp:63 x"):
        offer = CHROMIUM.replace("a=fmtp:63 111/111", strange)
        assert parse_session_description(answer_to(offer)).media[0].formats == ["111"]


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        ("", {"usedtx": "1", "maxaveragebitrate": "32000"}),
        (";stereo=1", {"usedtx": "1", "maxaveragebitrate": "32000"}),
        (";usedtx=1", {"usedtx": "1", "maxaveragebitrate": "32000"}),
        (";usedtx=0", {"usedtx": "0", "maxaveragebitrate": "64000"}),
        (
            ";stereo=1;sprop-stereo=1;usedtx=0",
            {"stereo": "1", "sprop-stereo": "1", "usedtx": "0", "maxaveragebitrate": "96000"},
        ),
    ],
)
def test_a_sender_is_asked_for_the_sound_that_it_announces(
    offered: str, asked: dict[str, str]
) -> None:
    offer = CHROMIUM.replace("useinbandfec=1", f"useinbandfec=1{offered}")
    parameters = parse_session_description(answer_to(offer)).media[0].codecs[111].parameters
    assert parameters == {"minptime": "10", "useinbandfec": "1", **asked}


def test_h264_is_taken_where_there_is_nothing_else() -> None:
    lines = [line for line in CHROMIUM.splitlines() if ":96" not in line and ":97" not in line]
    offer = "\n".join(lines).replace("102 103 96 97 45", "98 102 103")
    offer = offer.replace("a=rtpmap:102", "a=rtpmap:98 h264/90000\na=rtpmap:102")
    video = parse_session_description(answer_to(offer)).media[1]
    assert video.formats == ["102", "103"], "packetization mode 1 before the one listed first"
    assert video.codecs[102].parameters["profile-level-id"] == "42e01f"


def test_sections_that_are_no_track_are_rejected_in_place() -> None:
    extra = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:2\na=sctp-port:5000\n"
    answer = parse_session_description(answer_to(CHROMIUM + extra, {"1": Source.CAMERA}))
    assert [section.is_rejected for section in answer.media] == [True, False, True]
    assert answer.bundle == ["1"]


def test_a_section_without_a_transport_of_its_own_is_no_rejected_one() -> None:
    """Firefox writes port 0 and bundle-only for all but the first (RFC 9143 §6)."""
    firefox = CHROMIUM.replace("m=video 9", "m=video 0").replace(
        "a=mid:1", "a=mid:1\na=bundle-only"
    )
    answer = parse_session_description(answer_to(firefox))
    assert [section.is_rejected for section in answer.media] == [False, False]
    assert answer.bundle == ["0", "1"]


def test_what_other_stacks_write_is_understood() -> None:
    """Codec names in any case, session-level DTLS and ICE, blanks in fmtp, no mid extension."""
    offer = f"""v=0
o=whip 1 1 IN IP4 0.0.0.0
s=OBS
t=0 0
a=fingerprint:SHA-256 {":".join(["cd"] * 32)}
a=setup:active
a=ice-ufrag:abcd
a=ice-pwd:{"p" * 24}
a=group:BUNDLE v
m=video 9 UDP/TLS/RTP/SAVPF 96
a=mid:v
a=rtpmap:96 h264/90000
a=fmtp:96 profile-level-id=42e01f; packetization-mode=1
a=ssrc:5 cname:x
a=ssrc:5
"""
    session = parse_description(offer)
    (section,) = published_sections(session, {"v": Source.CAMERA})
    assert section.codec.parameters["packetization-mode"] == "1"
    assert section.rtx_payload_type is None and section.mid_extension_id is None
    assert section.ssrcs == {5: (0, False)} and section.rids == ("",)
    assert remote_transport(session).section.setup == "active"


@pytest.mark.parametrize(
    ("lines", "rids"),
    [
        ("a=rid:l send\na=rid:m send\na=rid:h send\na=simulcast:send l;m;h", ("l", "m", "h")),
        ("a=simulcast:send l;m;~h recv x\na=rid:h send\na=rid:m send\na=rid:l send", tuple("lmh")),
        ("a=rid:1 send\na=rid:2 send\na=rid:1 send\na=simulcast:send 1,2;2;1;1", ("1", "2")),
        (
            "".join(f"a=rid:{n} send\n" for n in range(9)) + "a=simulcast:send 0;1;2;3;4",
            tuple("012"),
        ),
        ("a=rid:l send\na=simulcast:send l;m", ("l",)),
        ("a=rid:l recv\na=simulcast:recv l", ("",)),
        ("a=rid:l send\na=simulcast:send", ("",)),
        ("a=simulcast:send l;m;h", ("",)),
    ],
)
def test_up_to_three_of_the_offered_layers_are_taken(lines: str, rids: tuple[str, ...]) -> None:
    offer = CHROMIUM.partition("a=rid:")[0] + lines + "\n"
    session = parse_description(offer)
    camera = published_sections(session, TRACKS)[1]
    assert camera.rids == rids
    answer = answer_to(offer)
    assert answer.count("a=rid:") == (len(rids) if any(rids) else 0)
    assert answer.count(f"a=simulcast:recv {';'.join(rids)}\r\n") == (1 if any(rids) else 0)


def test_an_offer_without_the_rid_extension_gets_one_layer() -> None:
    """Its packets could not be told apart."""
    answer = answer_to(CHROMIUM.replace("a=extmap:10 urn", "a=extmap:10 other"))
    assert "simulcast" not in answer and "a=rid" not in answer


def test_layers_of_an_ssrc_group_are_taken_without_names() -> None:
    lines = [
        "a=ssrc-group:SIM 11 12 13 14",
        "a=ssrc-group:FID 11 21",
        "a=ssrc-group:FID 13 23",
        *(f"a=ssrc:{ssrc} cname:c" for ssrc in (11, 12, 13, 14, 21, 23)),
    ]
    offer = CHROMIUM.partition("a=rid:")[0] + "\n".join(lines) + "\n"
    camera = published_sections(parse_description(offer), TRACKS)[1]
    assert camera.rids == ("", "", "")
    assert camera.ssrcs == {
        11: (0, False),
        12: (1, False),
        13: (2, False),
        21: (0, True),
        23: (2, True),
    }
    assert "simulcast" not in answer_to(offer)


def without(prefix: str) -> str:
    return "\n".join(line for line in CHROMIUM.splitlines() if not line.startswith(prefix))


@pytest.mark.parametrize(
    ("offer", "tracks", "sentence"),
    [
        ("", TRACKS, "v=0"),
        ("v=0\r\n", TRACKS, "no usable media section"),
        ("hello", TRACKS, "v=0"),
        (CHROMIUM + "a" * MAX_SDP_BYTES, TRACKS, "longer than"),
        (CHROMIUM + "a=x\n" * 7_000, TRACKS, "lines"),
        (
            CHROMIUM + "m=video 9 UDP/TLS/RTP/SAVPF 96\n" * MAX_MEDIA_SECTIONS,
            TRACKS,
            "media sections",
        ),
        (CHROMIUM.replace("m=video 9", "m=video"), TRACKS, "malformed m="),
        (CHROMIUM.replace("a=mid:1", "a=mid:0"), TRACKS, "two media sections"),
        (CHROMIUM.replace("a=mid:1", "a=mid:<script>"), TRACKS, "not a token"),
        (CHROMIUM.replace("rtpmap:96 VP8/90000", "rtpmap:96 VP8"), TRACKS, "rtpmap"),
        (CHROMIUM.replace("rtpmap:96", "rtpmap:300"), TRACKS, "payload type"),
        (CHROMIUM.replace("a=ssrc:4110713620", "a=ssrc:99999999999"), TRACKS, "ssrc"),
        (CHROMIUM.replace("a=rid:h", "a=rid:h/e"), TRACKS, "rid"),
        (CHROMIUM.replace("send l;h", "send l;" + "h" * 17), TRACKS, "rid"),
        (without("a=fingerprint"), TRACKS, "no DTLS fingerprint"),
        (CHROMIUM.replace("a=fingerprint:sha-256", "a=fingerprint:"), TRACKS, "fingerprint"),
        (without("a=ice-pwd"), TRACKS, "no ICE user name"),
        (CHROMIUM.replace("a=ice-ufrag:PbHw", "a=ice-ufrag:%%"), TRACKS, "ice-ufrag"),
        (without("a=setup"), TRACKS, "a=setup"),
        (CHROMIUM.replace("setup:actpass", "setup:holdconn"), TRACKS, "a=setup"),
        (CHROMIUM, {"7": Source.CAMERA}, "no media section with mid 7"),
        (CHROMIUM, {"0": Source.CAMERA}, "is not video"),
        (CHROMIUM, {}, "names as a track"),
        (without("a=rtpmap:111"), TRACKS, "no codec"),
        (without("a=group"), TRACKS, "no BUNDLE"),
        (CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 0"), TRACKS, "outside the bundle"),
    ],
)
async def test_a_bad_offer_is_refused_with_a_sentence(
    engine: Engine, offer: str, tracks: dict[str, Source], sentence: str
) -> None:
    lead = ParticipantId("lead")
    engine.admit(LESSON, lead, sender(), ())
    with pytest.raises(NegotiationFailed, match=sentence):
        engine.answer(LESSON, lead, offer, tracks, LOOPBACK)
    assert engine.rooms[LESSON].participants[lead].publishing is None


async def test_two_cameras_are_refused(engine: Engine) -> None:
    engine.admit(LESSON, ParticipantId("lead"), sender(), ())
    offer = CHROMIUM.replace("m=audio", "m=video")
    tracks = {"0": Source.CAMERA, "1": Source.CAMERA}
    with pytest.raises(NegotiationFailed, match="same source"):
        engine.answer(LESSON, ParticipantId("lead"), offer, tracks, LOOPBACK)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mangled_offer_never_does_more_than_fail(data: st.DataObject) -> None:
    text = mangled(CHROMIUM, data)
    try:
        session = parse_description(text)
        remote_transport(session)
        accepted = published_sections(session, TRACKS)
    except NegotiationFailed:
        return
    answer = build_answer(session, accepted, LOCAL, CANDIDATES, "1 1")
    parse_session_description(answer)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_mangled_offer_of_a_session_never_does_more_than_fail(data: st.DataObject) -> None:
    text = mangled(CHROMIUM, data)
    with contextlib.suppress(NegotiationFailed):
        offer = parse_description(text)
        published_sections(offer, offered_sources(offer, Source.CAMERA))
    with contextlib.suppress(NegotiationFailed):
        offer = parse_description(text.replace("a=sendonly", "a=recvonly"))
        answer = build_view_answer(viewed_sections(offer), LOCAL, CANDIDATES, "1 1")
        parse_session_description(answer)


def mangled(offer: str, data: st.DataObject) -> str:
    """`offer` with a few lines dropped, doubled, cut, swapped or filled with noise."""
    lines = offer.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "cut", "text", "swap"])):
            case "drop":
                del lines[index]
            case "double":
                lines.insert(index, lines[index])
            case "cut":
                lines[index] = lines[index][: data.draw(st.integers(0, 20))]
            case "text":
                name = data.draw(
                    st.sampled_from(
                        [
                            *("a=ssrc:", "a=fmtp:", "a=extmap:", "a=mid:", "m=", "a=rtpmap:"),
                            *("a=rid:", "a=simulcast:", "a=ssrc-group:"),
                        ]
                    )
                )
                lines[index] = name + data.draw(st.text(max_size=30))
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[index], lines[other] = lines[other], lines[index]
    return "\n".join(lines)


# -- subscribing

GROUPS = (SlotGroup("lead", 1), SlotGroup("screen", 1, has_audio=False), SlotGroup("stage", 2))


def test_the_offer_names_the_slot_in_mid_and_stream() -> None:
    sections = slot_sections(GROUPS)
    offer = build_offer(sections, LOCAL, CANDIDATES, "1 1")
    parsed = parse_session_description(offer)
    assert [section.mid for section in parsed.media] == [
        "lead.0.a",
        "lead.0.v",
        "screen.0.v",
        "stage.0.a",
        "stage.0.v",
        "stage.1.a",
        "stage.1.v",
    ]
    assert parsed.bundle == [section.mid for section in parsed.media]
    assert offer.count("a=msid:stage.1 ") == 2, "sound and picture of a slot are one stream"
    ssrcs = [ssrc for section in parsed.media for ssrc in section.ssrcs]
    assert len(ssrcs) == len(set(ssrcs)) == 3 + 2 * 4
    video = parsed.media[1]
    assert [codec.name for codec in video.codecs.values()] == ["vp8", "rtx", "h264", "rtx"]
    assert list(video.extensions) == [ABS_SEND_TIME]
    assert "transport-cc" not in offer


def test_the_answer_decides_the_formats() -> None:
    sections = slot_sections(GROUPS)
    offer = build_offer(sections, LOCAL, CANDIDATES, "1 1")
    answer = RawPeer().answer(offer, without_rtx=True)
    answer = answer.replace("a=mid:stage.1.v\r\na=recvonly", "a=mid:stage.1.v\r\na=inactive")
    formats = accepted_formats(parse_description(answer), sections)
    assert "stage.1.v" not in formats
    assert formats["lead.0.a"].payload_types == {"opus": (111, None)}
    assert formats["lead.0.v"].payload_types == {"vp8": (96, None), "h264": (102, None)}
    assert formats["lead.0.v"].send_time_id == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda sdp: sdp.partition("m=video")[0], "number of media sections"),
        (lambda sdp: sdp.replace("a=mid:stage.0.a", "a=mid:other"), "not those of the offer"),
        (lambda sdp: "v=1", "v=0"),
    ],
)
async def test_a_bad_answer_is_refused_with_a_sentence(
    engine: Engine, change: object, sentence: str
) -> None:
    seat = ParticipantId("seat")
    engine.admit(LESSON, seat, receiver("p"), STAGE)
    answer = RawPeer().answer(engine.offer(LESSON, seat, LOOPBACK))
    with pytest.raises(NegotiationFailed, match=sentence):
        engine.accept(LESSON, seat, change(answer))  # type: ignore[operator]


async def test_no_slots_no_offer_and_no_offer_no_answer(engine: Engine) -> None:
    seat = ParticipantId("seat")
    engine.admit(LESSON, seat, MediaPermissions(), ())
    with pytest.raises(NegotiationFailed, match="no slots"):
        engine.offer(LESSON, seat, LOOPBACK)
    with pytest.raises(NegotiationFailed, match="no offer"):
        engine.accept(LESSON, seat, "v=0")
    engine.admit(LESSON, seat, MediaPermissions(), (SlotGroup("s", MAX_MEDIA_SECTIONS),))
    with pytest.raises(NegotiationFailed, match="media sections"):
        engine.offer(LESSON, seat, LOOPBACK)
    with pytest.raises(NegotiationFailed, match="not admitted"):
        engine.offer(LESSON, ParticipantId("stranger"), LOOPBACK)
