import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.whip.sdpfrag import MAX_CANDIDATES, MAX_LINES, SdpFragment

CANDIDATE = "candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw"
TRICKLE = f"""a=group:BUNDLE 0 1\r
m=audio 9 UDP/TLS/RTP/SAVPF 111\r
a=mid:0\r
a=ice-ufrag:EsAw\r
a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r
a={CANDIDATE}\r
a=end-of-candidates\r
"""


def test_the_fragment_of_the_rfc_is_read() -> None:
    assert SdpFragment.parse(TRICKLE) == SdpFragment(
        ice_ufrag="EsAw",
        ice_pwd="P2uYro0UCOQ4zxjKXaWCBui1",
        candidates=(CANDIDATE,),
        is_complete=True,
        bundle=("0", "1"),
        m_line="audio 9 UDP/TLS/RTP/SAVPF 111",
        mid="0",
    )


def test_the_answer_to_an_ice_restart_is_about_the_same_section() -> None:
    ours = ["candidate:1 1 udp 2130706431 192.0.2.9 8443 typ host"]
    answer = SdpFragment.parse(TRICKLE).answer("oursufrag", "a-password-of-24-letters", ours)
    lines = str(answer).split("\r\n")
    assert lines[0] == "a=ice-lite"
    assert "a=ice-ufrag:oursufrag" in lines
    assert "a=ice-pwd:a-password-of-24-letters" in lines
    assert lines.index("m=audio 9 UDP/TLS/RTP/SAVPF 111") + 1 == lines.index("a=mid:0")
    assert f"a={ours[0]}" in lines
    assert CANDIDATE not in str(answer)
    assert SdpFragment.parse(str(answer)) == answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "a=ice-ufrag:EsAw",
        "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
        TRICKLE.replace("EsAw\r\na=ice-pwd", "Es\r\na=ice-pwd"),
        TRICKLE.replace("P2uYro0UCOQ4zxjKXaWCBui1", "short"),
        TRICKLE.replace("P2uYro0UCOQ4zxjKXaWCBui1", "P2uYro0UCOQ4 xjKXaWCBui1"),
        TRICKLE + "a=ice-ufrag:Other",
        TRICKLE + "a=candidate:1 1 udp",
        TRICKLE + "m=audio",
        TRICKLE + "v=0",
        TRICKLE.replace("a=mid:0", "a=mid:0 1"),
        TRICKLE + f"a={CANDIDATE}\r\n" * MAX_CANDIDATES,
        TRICKLE + "a=sendonly\r\n" * MAX_LINES,
    ],
)
def test_what_is_no_fragment_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=" "):
        SdpFragment.parse(text)


_LINES = st.one_of(
    st.sampled_from(TRICKLE.splitlines()),
    st.text(max_size=60),
    st.builds(
        "a={}:{}".format, st.sampled_from(["candidate", "mid", "group", "ice-pwd"]), st.text()
    ),
)


@given(st.lists(_LINES, max_size=30))
def test_whatever_comes_is_read_or_refused(lines: list[str]) -> None:
    try:
        fragment = SdpFragment.parse("\r\n".join(lines))
    except ValueError:
        return
    assert SdpFragment.parse(str(fragment)) == fragment


_ICE = st.text("ABCxyz019+/", min_size=22, max_size=40)


@given(_ICE, _ICE, st.lists(st.just(CANDIDATE), max_size=5), st.booleans())
def test_a_fragment_survives_being_written(
    ufrag: str, pwd: str, candidates: list[str], is_complete: bool
) -> None:
    written = SdpFragment(
        ufrag, pwd, tuple(candidates), is_complete, ("0",), "video 9 UDP/TLS/RTP/SAVPF 96", "0"
    )
    assert SdpFragment.parse(str(written)) == written
