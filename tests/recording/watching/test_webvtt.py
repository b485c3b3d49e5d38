import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recording.watching.webvtt import (
    MAX_CUES,
    MAX_TEXT,
    CaptionsInvalid,
    Cue,
    check_cues,
    parse_webvtt,
    write_webvtt,
)

HOUR_MS = 3_600_000
FILE = """\ufeffWEBVTT 茉莉花\r
Kind: captions\r
\r
NOTE this is
nobody's business\r
\r
STYLE
::cue { color: red }

1
00:01.000 --> 00:03.500 align:start line:10%
<v 陈老师>同学们好！</v>

00:00:05.250 --> 01:00:00.000
<b>水</b>有三种样子：
冰 &lt; 水 &amp; 汽

00:04,000 --> 00:05,000
an earlier one
"""


def test_a_file_with_all_that_the_format_has_becomes_plain_cues_by_time() -> None:
    assert parse_webvtt(FILE.encode(), HOUR_MS) == (
        Cue(1_000, 3_500, "陈老师: 同学们好！"),
        Cue(4_000, 5_000, "an earlier one"),
        Cue(5_250, HOUR_MS, "水有三种样子：\n冰 < 水 & 汽"),
    )


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "captions_not_webvtt", 1),
        (b"1\n00:01.000 --> 00:02.000\nx", "captions_not_webvtt", 1),
        (b"WEBVTTX\n", "captions_not_webvtt", 1),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff", "captions_not_utf8", 4),
        (b"WEBVTT\n\nhello", "captions_time_invalid", 3),
        (b"WEBVTT\n\n1\nhello", "captions_time_invalid", 4),
        (b"WEBVTT\n\n1\n00:01 --> 00:02\nx", "captions_time_invalid", 4),
        (b"WEBVTT\n\n\n00:61.000 --> 01:02.000\nx", "captions_time_invalid", 4),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nx", "captions_time_order", 3),
        (
            b"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\n02:00:00.000 --> 02:00:01.000\ny",
            "captions_after_end",
            6,
        ),
        (
            f"WEBVTT\n\n00:01.000 --> 00:02.000\n{'字' * (MAX_TEXT + 1)}".encode(),
            "captions_text_too_long",
            3,
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_line(
    content: bytes, code: str, line: int
) -> None:
    with pytest.raises(CaptionsInvalid) as refused:
        parse_webvtt(content, HOUR_MS)
    assert (refused.value.code, refused.value.line) == (code, line)


def test_there_is_a_bound_to_the_number_of_captions() -> None:
    cues = [Cue(n, n + 1, "x") for n in range(MAX_CUES + 1)]
    assert len(check_cues(cues[:-1], HOUR_MS)) == MAX_CUES
    with pytest.raises(CaptionsInvalid) as refused:
        check_cues(cues, HOUR_MS)
    assert (refused.value.code, refused.value.line) == ("captions_too_many", MAX_CUES + 1)


def test_a_line_of_the_page_without_words_is_refused_by_its_number() -> None:
    with pytest.raises(CaptionsInvalid) as refused:
        check_cues([Cue(0, 1, "x"), Cue(1, 2, " \n ")], HOUR_MS)
    assert (refused.value.code, refused.value.line) == ("captions_text_missing", 2)


texts = st.text(min_size=1, max_size=40).filter(
    lambda text: any(c.isprintable() and not c.isspace() for c in text)
)
times = st.tuples(st.integers(0, HOUR_MS - 1), st.integers(1, HOUR_MS))


@given(st.lists(st.tuples(times, texts), max_size=8))
def test_what_is_written_reads_back(drawn: list[tuple[tuple[int, int], str]]) -> None:
    cues = check_cues([Cue(start, start + long, text) for (start, long), text in drawn], HOUR_MS)
    assert parse_webvtt(write_webvtt(cues).encode(), HOUR_MS) == cues


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_cues_or_a_refusal(content: bytes) -> None:
    for data in (content, b"WEBVTT\n\n" + content):
        try:
            assert all(cue.text for cue in parse_webvtt(data, HOUR_MS))
        except CaptionsInvalid as refused:
            assert refused.line is not None
            assert 1 <= refused.line <= data.count(b"\n") + data.count(b"\r") + 1
