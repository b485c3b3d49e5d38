"""The session's clockwork, with time as an argument."""

import json
from typing import Any

import pytest

from app.accounts.tokens import TicketBook
from app.ids import ClassroomId, ConnectionId, LessonId, ParticipantId
from app.rooms.state import Role
from app.signaling.codes import CloseCode
from app.signaling.endpoint import plain_ip
from app.signaling.limits import Limits, TokenBucket
from app.signaling.session import Action, Close, EnterRoom, Execute, Now, Reply, Session, State

LIMITS = Limits()
BOOK = TicketBook(b"a secret of a test that is long enough")
UTC_MS = 1_800_000_000_000


def _now(mono_s: float) -> Now:
    return Now(mono_s, UTC_MS + int(mono_s * 1000))


def _session() -> Session:
    return Session(ConnectionId("con_1"), BOOK.read_ticket, _now(0), LIMITS)


def _token(expires_in_s: float = 3_600) -> str:
    token, _ = BOOK.issue_ticket(
        lesson_id=LessonId("les_1"),
        participant_id=ParticipantId("sea_1"),
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=ClassroomId("cls_1"),
        now_ms=UTC_MS,
        expires_at_ms=UTC_MS + int(expires_in_s * 1000),
    )
    return token


def _say(session: Session, mono_s: float, type_: str, **fields: Any) -> list[Action]:
    text = json.dumps({"type": type_, "id": "1", **fields})
    return list(session.receive(text, _now(mono_s)))


def _greet(session: Session, token: str | None = None) -> None:
    _say(session, 0, "hello", protocol=1, device_id="dev", kind="device")
    if token is not None:
        _say(session, 0, "auth", token=token)


def _types(actions: Any) -> list[str]:
    return [a.message.type if isinstance(a, Reply) else type(a).__name__ for a in actions]


def test_states_follow_hello_auth_join_leave() -> None:
    session = _session()
    assert session.state is State.CONNECTED
    _greet(session)
    assert session.state is State.GREETED
    _say(session, 0, "auth", token=_token())
    assert session.state is State.AUTHENTICATED
    assert [type(a) for a in _say(session, 0, "room.join")] == [EnterRoom]
    assert session.state is State.AUTHENTICATED
    session.enter()
    assert [type(a) for a in _say(session, 0, "hand.raise")] == [Execute]
    session.close(CloseCode.NORMAL)
    assert _say(session, 0, "hand.raise") == []
    assert list(session.close(CloseCode.POLICY)) == []


def test_heartbeats_begin_with_hello_and_come_every_five_seconds() -> None:
    session = _session()
    assert session.on_time(_now(5)) == []
    session = _session()
    _greet(session, _token())
    assert session.next_deadline_s() == 5
    assert session.on_time(_now(4.9)) == []
    assert _types(session.on_time(_now(5))) == ["heartbeat"]
    assert session.on_time(_now(5.1)) == []
    session.hear(_now(9))
    assert _types(session.on_time(_now(10))) == ["heartbeat"]


def test_silence_for_twice_the_heartbeat_closes() -> None:
    session = _session()
    _greet(session, _token())
    session.hear(_now(3))
    assert _types(session.on_time(_now(12.9))) == ["heartbeat"]
    assert list(session.on_time(_now(13))) == [Close(CloseCode.SILENT, "silent")]
    assert session.on_time(_now(14)) == []


def test_a_ticket_has_ten_seconds_to_come_however_much_is_said() -> None:
    session = _session()
    _greet(session)
    for second in range(1, 10):
        _say(session, second, "ping")
    assert session.next_deadline_s() <= 10
    assert _types(session.on_time(_now(10))) == ["error", "Close"]


def test_a_ticket_that_expires_meanwhile_closes_at_the_next_heartbeat() -> None:
    session = _session()
    _greet(session, _token(expires_in_s=7))
    assert _types(session.on_time(_now(5))) == ["heartbeat"]
    session.hear(_now(9))
    *_, error, close = session.on_time(_now(10))
    assert isinstance(error, Reply)
    assert error.message.code == "ticket_expired"  # type: ignore[union-attr]
    assert close == Close(CloseCode.NOT_AUTHENTICATED, "ticket_expired")


def test_rate_is_forgiven_with_time_and_a_flood_is_not() -> None:
    session = _session()
    _greet(session, _token())
    answers = [_types(_say(session, 1, "ping"))[0] for _ in range(LIMITS.message_burst + 5)]
    assert answers.count("pong") == LIMITS.message_burst
    assert answers[-5:] == ["error"] * 5
    assert _types(_say(session, 1.5, "ping")) == ["pong"]
    last = [_types(_say(session, 1.5, "ping")) for _ in range(60)]
    assert ["Close"] in last
    assert session.state is State.CLOSED


def test_bad_messages_are_forgiven_one_by_one() -> None:
    session = _session()
    for n in range(LIMITS.bad_messages):
        assert _types(session.receive("{", _now(0))) == ["error"], n
    assert _types(session.receive("{", _now(10))) == ["error"]
    assert _types(session.receive("{", _now(10))) == ["error", "Close"]


@pytest.mark.parametrize(
    "text",
    ["", "null", "3", '"x"', "[" * 10_000, '{"id": 5}', '{"id": "' + "x" * 500 + '"}', "\ud800"],
    ids=["empty", "null", "number", "string", "deep", "id", "long", "surrogate"],
)
def test_nothing_that_a_client_sends_raises(text: str) -> None:
    session = _session()
    assert _types(session.receive(text, _now(0))) == ["error"]


def test_token_bucket_never_holds_more_than_its_capacity() -> None:
    bucket = TokenBucket(2, 1.0, 0)
    assert [bucket.take(1_000) for _ in range(3)] == [True, True, False]
    assert [bucket.take(1_001) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("testclient", ""),
    ],
)
def test_addresses_are_plain(host: str, plain: str) -> None:
    assert plain_ip(host) == plain
