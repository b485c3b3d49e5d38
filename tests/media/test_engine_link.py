import dataclasses
import typing
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.engine_link import (
    CALLS,
    EVENTS,
    MAX_FRAME_BYTES,
    SESSION_CALLS,
    LinkReader,
    decode,
    encode,
    pack_frame,
)
from app.media.port import (
    EngineSnapshot,
    LinkSample,
    MediaEngine,
    MediaPermissions,
    Negotiator,
    ParticipantSnapshot,
    PublicationAdded,
    Reception,
    RtpSink,
    SessionNegotiator,
    SlotGroup,
    Source,
)

PERMISSIONS = MediaPermissions(
    publish=frozenset({Source.CAMERA, Source.MICROPHONE}),
    receive={PublicationId("p/camera"): Reception("low", "stage")},
    video_cap_bps=200_000,
)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (MediaPermissions, PERMISSIONS),
        (tuple[SlotGroup, ...], (SlotGroup("lead", 1), SlotGroup("stage", 4, has_audio=False))),
        (RtpSink, RtpSink("/run/s", LessonId("l"), PublicationId("p/camera"))),
        (
            EngineSnapshot,
            EngineSnapshot(
                media_epoch=5,
                rooms={
                    LessonId("l"): {
                        ParticipantId("p"): ParticipantSnapshot(
                            PERMISSIONS,
                            {PublicationId("p/camera"): "vp8"},
                            {"lead.0": None, "stage.0": ParticipantId("q")},
                            "connected",
                            "closed",
                        )
                    }
                },
                sinks=frozenset({PublicationId("p/camera")}),
            ),
        ),
    ],
)
def test_values_survive_the_link(kind: object, value: object) -> None:
    (message,) = LinkReader().feed(pack_frame({"value": encode(value)}))
    assert decode(kind, message["value"]) == value


def test_every_event_of_the_port_survives_the_link() -> None:
    samples = {int: 3, bool: True, str: "p"}
    for name, kind in EVENTS.items():
        hints = typing.get_type_hints(kind)
        values = {}
        for field in dataclasses.fields(kind):
            hint = hints[field.name]
            hint = getattr(hint, "__supertype__", hint)
            if typing.get_origin(hint) is typing.Literal:
                values[field.name] = typing.get_args(hint)[0]
            elif hint is Source:
                values[field.name] = Source.SCREEN
            elif typing.get_origin(hint) is tuple:
                item = typing.get_args(hint)[0]
                values[field.name] = (True, False) if item is bool else (ParticipantId("p"),)
            elif typing.get_origin(hint) is Mapping:
                values[field.name] = {
                    ParticipantId("p"): LinkSample("fair", 0.0, 0.125, 80, 1, 2, is_paused=True)
                }
            else:
                values[field.name] = samples.get(hint, "p")
        event = kind(**values)
        assert decode(EVENTS[name], encode(event)) == event
    assert PublicationAdded.__name__ in EVENTS


def test_every_call_of_the_port_can_be_made_over_the_link() -> None:
    def methods(*protocols: type) -> set[str]:
        return {
            name
            for protocol in protocols
            for name in vars(protocol)
            if not name.startswith("_") and name not in ("is_available", "events")
        }

    assert methods(MediaEngine, Negotiator) == set(CALLS)
    assert methods(SessionNegotiator) == set(SESSION_CALLS)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"publish": ["trumpet"]},
        {"publish": "camera"},
        {"receive": {"p/camera": {"quality": "best", "slot_group": "x"}}},
        {"receive": {"p/camera": {"quality": "low"}}},
        {"receive": []},
        {"video_cap_bps": "much"},
        {"unknown": 1},
    ],
)
def test_a_value_that_does_not_fit_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        decode(MediaPermissions, value)


def test_frames_are_split_wherever_the_stream_breaks() -> None:
    stream = pack_frame({"a": "同堂"}) + pack_frame({"b": 2})
    reader = LinkReader()
    messages = [message for i in range(len(stream)) for message in reader.feed(stream[i : i + 1])]
    assert messages == [{"a": "同堂"}, {"b": 2}]


@pytest.mark.parametrize(
    "stream",
    [
        (MAX_FRAME_BYTES + 1).to_bytes(4, "big"),
        b"\0\0\0\x02[]",
        b"\0\0\0\x01{",
        b"\0\0\0\x02\xff\xfe",
    ],
)
def test_what_is_no_message_is_refused(stream: bytes) -> None:
    with pytest.raises(ValueError):
        list(LinkReader().feed(stream))


@given(st.binary(max_size=80), st.booleans())
def test_no_bytes_raise_anything_but_value_error(data: bytes, is_framed: bool) -> None:
    stream = len(data).to_bytes(4, "big") + data if is_framed else data
    try:
        for message in LinkReader().feed(stream):
            assert isinstance(message, dict)
    except ValueError:
        pass


def test_a_message_that_is_nested_too_deeply_is_refused() -> None:
    body = b"[" * 100_000
    with pytest.raises(ValueError, match="nested"):
        list(LinkReader().feed(len(body).to_bytes(4, "big") + body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["publish", "receive", "p/camera", "quality"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
KINDS = [*EVENTS.values(), *(kind for kinds, _ in CALLS.values() for kind in kinds)]


@given(st.sampled_from(KINDS), JSON)
def test_no_value_is_decoded_with_anything_but_value_error(kind: object, value: object) -> None:
    try:
        decode(kind, value)
    except ValueError:
        pass
