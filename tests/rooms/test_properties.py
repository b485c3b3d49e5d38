"""Whatever is sent in whatever order: the room's promises hold."""

from dataclasses import fields, replace
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import CommandRejected
from app.ids import DeckId, DeviceId, ParticipantId, SeatId, StrokeId
from app.rooms.commands import (
    AcceptCallUp,
    AnswerLead,
    CallForHelp,
    CallUp,
    CancelCallUp,
    CheckDeadlines,
    ClearHelp,
    ClearSignal,
    ClearStrokes,
    CloseFloor,
    Command,
    DeclineCallUp,
    DrawStroke,
    EndLesson,
    HideSlides,
    Join,
    Leave,
    LowerHand,
    MoveSpotlight,
    Mute,
    NamePupil,
    OpenFloor,
    ProposeLead,
    RaiseHand,
    RaiseSignal,
    ReportCut,
    ReportEpochClosed,
    ReportEpochOpened,
    ReportHeadCount,
    ReportHeard,
    ReportPublication,
    ReportQuality,
    ReportRecordingStopped,
    ReportSegmentClosed,
    SendDown,
    StartLesson,
    StartListenIn,
    StartSingAlong,
    StopListenIn,
    StopSingAlong,
    SwitchAutoAccept,
    SwitchDataSaving,
    SwitchSound,
    SwitchSource,
    TakeLead,
    TakeUpRoom,
    TurnSlides,
    UndoStroke,
    Unmute,
)
from app.rooms.deadlines import next_deadline
from app.rooms.decide import decide
from app.rooms.events import (
    CallUpAccepted,
    CallUpCancelled,
    CallUpDeclined,
    CallUpExpired,
    ClassroomCalledUp,
    Event,
)
from app.rooms.evolve import evolve, fold
from app.rooms.permissions import lead_id
from app.rooms.recorded import Recorded, event_from_json, event_to_json
from app.rooms.refusals import REFUSALS
from app.rooms.state import SIGNALS, Phase, Presence, Role, Room, StagePlace
from app.rooms.views import may_publish, media_permissions
from tests.rooms.lesson import ADMIN, ASSISTANT, DECK, LEAD, OBSERVER, PLAN, A, B, C, join_of
from tests.support.clock import START_MS

SMALL_STAGE = replace(PLAN, stage_limit=2)
PEOPLE = (LEAD, ASSISTANT, OBSERVER, A, B, C)
who = st.sampled_from((*PEOPLE, LEAD, A, A, B, ADMIN, ParticipantId("sea_z"), ParticipantId("")))
member = st.sampled_from(PEOPLE)
seat = st.sampled_from((A, A, B, C, "sea_z", str(LEAD))).map(SeatId)
place = seat.map(ParticipantId)
helper = st.sampled_from((LEAD, ASSISTANT, ASSISTANT))
device = st.sampled_from(("dev_1", "dev_2", "dev_3")).map(DeviceId)
source = st.sampled_from(("camera", "microphone", "screen", "document", "teapot"))
signal = st.sampled_from((*SIGNALS, "teapot"))
pupil = st.sampled_from(("pup_1", "pup_2", None))
codec = st.sampled_from(("vp8", "opus", None))
key = st.sampled_from(("x", "y"))
deck = st.sampled_from((DECK, DeckId("dck_0000000000000002")))
pages = st.integers(1, 3)
stroke = st.integers(0, 9).map(lambda number: StrokeId(f"str_{number:08}"))

commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda w, d, r: join_of(w, d, is_resume=r), member, device, st.booleans()),
    st.builds(lambda w, d: replace(join_of(w, d), role=Role.LEAD), member, device),
    st.builds(lambda w, d: join_of(w, d), member, device),
    st.builds(Leave, who, device),
    st.builds(ReportCut, who, device),
    st.builds(StartLesson, st.just(LEAD)),
    st.builds(StartLesson, who),
    st.builds(CallUp, who, seat),
    st.builds(CallUp, st.just(LEAD), seat),
    st.builds(CancelCallUp, who, seat),
    st.builds(AcceptCallUp, who),
    st.builds(AcceptCallUp, place),
    st.builds(DeclineCallUp, who),
    st.builds(SendDown, who, seat),
    st.builds(StartListenIn, who, seat),
    st.builds(StartListenIn, st.just(LEAD), seat),
    st.builds(StopListenIn, who),
    st.builds(OpenFloor, who),
    st.builds(CloseFloor, who),
    st.builds(StartSingAlong, who),
    st.builds(StopSingAlong, who),
    st.builds(MoveSpotlight, who, st.one_of(st.none(), who)),
    st.builds(ProposeLead, who, who),
    st.builds(AnswerLead, who, st.booleans()),
    st.builds(TakeLead, who),
    st.builds(CallForHelp, who),
    st.builds(ClearHelp, who, who),
    st.builds(ReportHeard, who),
    st.builds(Mute, who, place),
    st.builds(Unmute, who, place),
    st.builds(RaiseHand, who),
    st.builds(LowerHand, who, place),
    st.builds(SwitchSource, who, source, st.booleans()),
    st.builds(SwitchDataSaving, who, st.booleans()),
    st.builds(TurnSlides, who, deck, pages),
    st.builds(HideSlides, who),
    st.builds(DrawStroke, who, stroke, st.just("red"), st.just("1,2 3,4")),
    st.builds(UndoStroke, who),
    st.builds(ClearStrokes, who),
    st.builds(SwitchSound, who, st.sampled_from(("voice", "music"))),
    st.builds(SwitchSound, st.just(LEAD), st.sampled_from(("voice", "music"))),
    st.builds(SwitchAutoAccept, who, st.booleans()),
    st.builds(RaiseSignal, who, signal),
    st.builds(ClearSignal, who, place),
    st.builds(NamePupil, who, pupil),
    st.builds(ReportPublication, who, source, codec),
    st.builds(ReportHeadCount, seat, st.sampled_from((0, 18, None))),
    st.builds(ReportQuality, who, st.sampled_from(("good", "poor", "lost"))),
    st.builds(ReportEpochOpened, key, who, source, st.just("vp8")),
    st.builds(ReportSegmentClosed, key, key, st.just(1), st.just("a"), st.just("b")),
    st.builds(ReportEpochClosed, key),
    st.builds(ReportRecordingStopped, who, source, st.just("disk_full")),
    st.builds(EndLesson, who),
    st.builds(TakeUpRoom, st.just("boot_2"), st.just(1), st.just(START_MS)),
    st.just(CheckDeadlines()),
)
classroom = st.sampled_from((A, A, B, C))
first_device = st.sampled_from(("dev_1", "dev_1", "dev_1", "dev_2")).map(DeviceId)
likely: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda c, d: join_of(c, d), classroom, first_device),
    st.builds(Leave, classroom, first_device),
    st.builds(ReportCut, classroom, first_device),
    st.builds(lambda c: CallUp(LEAD, SeatId(c)), classroom),
    st.builds(AcceptCallUp, classroom),
    st.builds(lambda c: StartListenIn(LEAD, SeatId(c)), classroom),
    st.builds(StartSingAlong, helper),
    st.builds(MoveSpotlight, helper, classroom),
    st.builds(ReportHeard, classroom),
    st.builds(RaiseHand, classroom),
    st.builds(SwitchAutoAccept, classroom, st.booleans()),
    st.builds(NamePupil, classroom, pupil),
    st.builds(RaiseSignal, classroom, st.sampled_from(SIGNALS)),
    st.builds(ReportPublication, classroom, st.just("camera"), st.just("vp8")),
    st.builds(TurnSlides, st.just(LEAD), deck, pages),
    st.builds(DrawStroke, st.just(LEAD), stroke, st.just("red"), st.just("1,2 3,4")),
    st.just(CheckDeadlines()),
)
"""What a lesson is full of: makes runs that get somewhere."""
of_the_lead: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda w: join_of(w, "dev_1"), helper),
    st.builds(ReportCut, helper, first_device),
    st.builds(Leave, helper, first_device),
    st.builds(ProposeLead, helper, helper),
    st.builds(AnswerLead, helper, st.booleans()),
    st.builds(TakeLead, helper),
    st.builds(lambda w, c: StartListenIn(w, SeatId(c)), helper, classroom),
)
"""Who leads changes hands, also while somebody is gone."""
waits = st.sampled_from((0, 0, 0, 1, 500, 10_000, 31_000, 61_000, 700_000))
steps = st.lists(
    st.tuples(waits, st.one_of(likely, likely, of_the_lead, commands)),
    min_size=5,
    max_size=60,
)
JOINED_AND_STARTED: list[tuple[int, Command]] = [
    (0, join_of(LEAD, "dev_1")),
    (0, join_of(ASSISTANT, "dev_1")),
    (0, join_of(A, "dev_1")),
    (0, join_of(B, "dev_1")),
    (0, join_of(C, "dev_1")),
    (0, StartLesson(LEAD)),
]


def check_sound(room: Room) -> None:
    """Sound reaches only from the lead, the stage, the open floor, or to the one who listens in."""
    for listener in room.participants:
        permissions = media_permissions(room, listener)
        for publication in permissions.receive:
            speaker, _, heard_source = publication.rpartition("/")
            of = room.participants[ParticipantId(speaker)]
            assert room.phase is Phase.LIVE
            assert of.presence is not Presence.ABSENT
            assert heard_source not in of.switched_off
            if heard_source != "microphone":
                continue
            assert not of.is_muted
            assert speaker != listener
            is_open = of.place is StagePlace.ON or room.is_floor_open
            assert (
                of.role is Role.LEAD
                or room.listening.get(listener) == speaker
                or (is_open and not room.is_sing_along)
            )


def check_lead(room: Room) -> None:
    """Exactly one lead at every moment of the journal, and only the lead listens in or is offered."""
    lead = lead_id(room)
    leads = {k for k, p in room.participants.items() if p.role is Role.LEAD}
    assert leads <= {lead}
    assert (lead in room.participants) == bool(leads)
    assert set(room.listening) <= {lead}
    proposal = room.lead_proposal
    if proposal is not None:
        assert room.participants[proposal.to_id].role is Role.ASSISTANT
        assert proposal.by in (lead, proposal.to_id)
    may_send = {k for k in room.participants if may_publish(room, k) and k.startswith(("l", "a"))}
    assert may_send <= {lead}


def check_whole_class(room: Room) -> None:
    """Floor and sing-along exclude each other; the spotlight is on somebody whom everybody may see."""
    assert not (room.is_floor_open and room.is_sing_along)
    if room.spotlight is not None:
        shown = room.participants.get(room.spotlight)
        is_up = shown is not None and shown.place is StagePlace.ON
        assert is_up or room.spotlight == lead_id(room)


def check_places(room: Room) -> None:
    assert len(room.participants) <= len(PLAN.seats) + 3
    for participant in room.participants.values():
        assert (participant.device_id is not None) == (participant.presence is Presence.PRESENT)
        assert (participant.place is StagePlace.CALLED) == (participant.call_expires_ms is not None)
        if participant.presence is Presence.ABSENT:
            assert participant.place is StagePlace.OFF
            assert participant.hand_raised_ms is None
            assert not participant.publishing
            # Who comes anew grants anew, and says what it has to say.
            assert not participant.accepts_by_itself
            assert participant.signal is None
            assert participant.participant_id not in room.listening
            assert SeatId(participant.participant_id) not in room.listening.values()
        if participant.place is not StagePlace.ON:
            assert participant.pupil_id is None
        if participant.role is not Role.CLASSROOM:
            assert participant.place is StagePlace.OFF
            assert participant.signal is None
    on = [p for p in room.participants.values() if p.place is not StagePlace.OFF]
    assert len(on) <= SMALL_STAGE.stage_limit
    if room.phase is Phase.ENDED:
        assert all(p.presence is Presence.ABSENT for p in room.participants.values())
    if room.phase is not Phase.LIVE:
        assert not on and not room.listening and not room.is_floor_open
        assert room.slides.shown is None
        assert not room.is_sing_along and not room.spotlight and not room.lead_proposal


def check_spans(journal: list[Recorded]) -> None:
    """Joined and left take turns: an attendance span never opens twice."""
    is_open: dict[str, bool] = {}
    for row in journal:
        name = row.event.type
        if name in ("participant.joined", "participant.left"):
            participant_id: str = event_to_json(row.event)["participant_id"]
            assert is_open.get(participant_id, False) == (name == "participant.left")
            is_open[participant_id] = name == "participant.joined"


def check_consent(journal: list[Recorded]) -> None:
    """Nobody comes on stage without an open call that was accepted."""
    called: set[SeatId] = set()
    for row in journal:
        match row.event:
            case ClassroomCalledUp():
                called.add(row.event.seat_id)
            case CallUpAccepted():
                assert row.event.seat_id in called
                called.remove(row.event.seat_id)
            case CallUpCancelled() | CallUpDeclined() | CallUpExpired():
                called.remove(row.event.seat_id)
            case _:
                pass


def through_json(row: Recorded) -> Recorded:
    return replace(row, event=event_from_json(row.event.type, event_to_json(row.event)))


@settings(max_examples=400, deadline=None)
@given(steps=steps, is_started=st.booleans())
def test_any_sequence_of_commands_keeps_every_promise(
    steps: list[tuple[int, Command]], is_started: bool
) -> None:
    room, now_ms = Room(SMALL_STAGE), START_MS
    journal: list[Recorded] = []
    for wait_ms, command in (JOINED_AND_STARTED if is_started else []) + steps:
        now_ms += wait_ms
        try:
            events = decide(room, command, now_ms)
        except CommandRejected as refusal:
            assert refusal.code in REFUSALS
            continue
        for event in events:
            journal.append(Recorded(room.seq + 1, now_ms, 0, event))
            room = evolve(room, journal[-1])
            check_lead(room)
        assert not any(e.type == "lesson.started" for e in events[1:])
        if isinstance(command, CheckDeadlines):
            due_ms = next_deadline(room)
            assert due_ms is None or due_ms > now_ms
        if isinstance(command, Join):
            assert room.participants[command.by].device_id == command.device_id
        check_sound(room)
        check_places(room)
        check_whole_class(room)
    check_spans(journal)
    check_consent(journal)
    assert [row.seq for row in journal] == list(range(1, len(journal) + 1))
    assert fold(SMALL_STAGE, map(through_json, journal)) == room


ID_FIELDS = {
    "participant_id",
    "pupil_id",
    "seat_id",
    "listener_id",
    "lead_id",
    "to_id",
    "by",
    "user_id",
    "classroom_id",
    "device_id",
    "old_device_id",
    "boot_id",
    "epoch_id",
    "segment_id",
    "deck_id",
    "stroke_id",
}
PLAIN_FIELDS = {
    "role",
    "reason",
    "source",
    "codec",
    "head_count",
    "preset",
    "quality",
    "signal",
    "is_on",
    "page",
    "color",
    "points",
    "expires_ms",
    "mono_ns",
    "utc_ms",
    "size_bytes",
    "sha256",
    "sidecar_sha256",
}


def test_no_event_has_a_field_for_a_name_or_free_text() -> None:
    named = {field.name for event_type in get_args(Event) for field in fields(event_type)}
    assert named == ID_FIELDS | PLAIN_FIELDS
