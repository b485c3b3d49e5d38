import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.revocations import open_ticket_book, revoke_tickets
from app.accounts.tokens import Ticket, TicketBook, console_of
from app.db.engine import Database
from app.errors import NotAuthenticated
from app.ids import ClassroomId, LessonId, ParticipantId, PcId
from app.rooms.state import Role
from tests.support.county import make_county
from tests.support.database import on_both_databases

NOW = 1_800_000_000_000
SECRET = b"s" * 32


def issue(book: TicketBook, now_ms: int = NOW, pc_id: PcId | None = None) -> tuple[str, Ticket]:
    return book.issue_ticket(
        lesson_id=LessonId("les_1"),
        participant_id=ParticipantId("sea_1"),
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=ClassroomId("cls_1"),
        now_ms=now_ms,
        expires_at_ms=now_ms + 1000,
        pc_id=pc_id,
    )


def code_of(book: TicketBook, token: str, now_ms: int = NOW) -> str:
    with pytest.raises(NotAuthenticated) as refused:
        book.read_ticket(token, now_ms)
    return refused.value.code


def test_a_ticket_reads_as_it_was_issued_until_it_expires() -> None:
    book = TicketBook(SECRET)
    token, ticket = issue(book)
    assert book.read_ticket(token, NOW + 999) == ticket
    assert code_of(book, token, NOW + 1000) == "ticket_expired"


def test_a_ticket_of_another_server_is_refused() -> None:
    token, _ = issue(TicketBook(b"x" * 32))
    assert code_of(TicketBook(SECRET), token) == "ticket_invalid"


def test_a_changed_seat_breaks_the_signature() -> None:
    book = TicketBook(SECRET)
    token, _ = issue(book)
    prefix, payload, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    said["p"], said["r"] = "lead_usr_1", "lead"
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    assert code_of(book, f"{prefix}.{forged}.{signature}") == "ticket_invalid"


@given(st.text(max_size=200))
def test_no_text_whatever_crashes_the_reader(text: str) -> None:
    assert code_of(TicketBook(SECRET), text) == "ticket_invalid"


@given(st.binary(max_size=60))
def test_a_well_signed_payload_that_is_no_ticket_is_refused(payload: bytes) -> None:
    book = TicketBook(SECRET)
    encoded = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    assert code_of(book, f"tt1.{encoded}.{book._signature(encoded)}") == "ticket_invalid"


def test_tickets_of_a_removed_pc_are_refused_and_those_of_others_count() -> None:
    book = TicketBook(SECRET)
    removed, _ = issue(book, pc_id=PcId("cpc_1"))
    others = [issue(book, pc_id=pc_id)[0] for pc_id in (PcId("cpc_2"), None)]
    book.revoke_pc(PcId("cpc_1"))
    assert code_of(book, removed) == "pc_revoked"
    assert [book.read_ticket(token, NOW).pc_id for token in others] == ["cpc_2", None]


def test_a_withdrawn_ticket_is_refused_and_a_later_one_counts() -> None:
    book = TicketBook(SECRET)
    token, ticket = issue(book)
    book.revoke(ticket.lesson_id, ticket.participant_id, NOW)
    assert code_of(book, token) == "ticket_revoked"
    later, _ = issue(book, NOW + 1)
    assert book.read_ticket(later, NOW + 1)


def issue_console(book: TicketBook, now_ms: int = NOW) -> str:
    token, _ = book.issue_ticket(
        lesson_id=LessonId("les_1"),
        participant_id=ParticipantId("sea_1"),
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=ClassroomId("cls_1"),
        now_ms=now_ms,
        expires_at_ms=now_ms + 1000,
        is_console=True,
    )
    return token


def test_a_consoles_ticket_counts_only_where_consoles_are_expected() -> None:
    book = TicketBook(SECRET)
    token = issue_console(book)
    assert book.read_any_ticket(token, NOW).is_console
    assert code_of(book, token) == "ticket_invalid"


def test_consoles_are_withdrawn_alone_or_with_their_place() -> None:
    book = TicketBook(SECRET)
    (place, ticket), console = issue(book), issue_console(book)
    book.revoke(ticket.lesson_id, console_of(ticket.participant_id), NOW)
    assert book.read_ticket(place, NOW) == ticket
    with pytest.raises(NotAuthenticated) as refused:
        book.read_any_ticket(console, NOW)
    assert refused.value.code == "ticket_revoked"
    later = issue_console(book, NOW + 1)
    assert book.read_any_ticket(later, NOW + 1).is_console
    book.revoke(ticket.lesson_id, ticket.participant_id, NOW + 1)
    with pytest.raises(NotAuthenticated):
        book.read_any_ticket(later, NOW + 1)


@on_both_databases
async def test_secret_and_revocations_survive_a_restart(database: Database) -> None:
    county = await make_county(database)
    book = await open_ticket_book(database)
    token, ticket = issue(book)
    await revoke_tickets(database, book, county.lesson, ticket.participant_id, NOW)
    later, later_ticket = issue(book, NOW + 5)

    reopened = await open_ticket_book(database)
    assert code_of(reopened, token) == "ticket_revoked"
    assert reopened.read_ticket(later, NOW + 5) == replace(later_ticket)
