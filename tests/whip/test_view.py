"""Whom a WHEP player sees, as the lesson goes on."""

from app.rooms.commands import AcceptCallUp, CallUp, SendDown
from app.whip.view import is_known, shown
from tests.rooms.lesson import LEAD, OBSERVER, SEAT_A, SEAT_B, A, B, Told, live_lesson


def call_up(told: Told, seat: str) -> None:
    told.does(CallUp(LEAD, seat))  # type: ignore[arg-type]
    told.does(AcceptCallUp(seat))  # type: ignore[arg-type]


def test_the_stage_is_who_was_called_up_for_as_long_as_it_stays_else_the_lead() -> None:
    told = live_lesson()
    assert shown(told.room, OBSERVER, "stage", None) == LEAD
    call_up(told, SEAT_B)
    assert shown(told.room, OBSERVER, "stage", LEAD) == B
    call_up(told, SEAT_A)
    assert shown(told.room, OBSERVER, "stage", B) == B
    told.does(SendDown(LEAD, SEAT_B))
    assert shown(told.room, OBSERVER, "stage", B) == A
    told.does(SendDown(LEAD, SEAT_A))
    assert shown(told.room, OBSERVER, "stage", A) == LEAD


def test_nobody_is_shown_to_itself_while_it_is_on_the_stage() -> None:
    told = live_lesson()
    call_up(told, SEAT_A)
    assert shown(told.room, A, "stage", None) == LEAD


def test_lead_and_seats_are_fixed() -> None:
    room = live_lesson().room
    assert shown(room, A, "lead", B) == LEAD
    assert shown(room, A, SEAT_B, None) == B
    assert is_known(room, SEAT_B)
    assert not is_known(room, "sea_none")
    assert not is_known(room, LEAD)
