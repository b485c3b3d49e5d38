"""All classrooms at once: sing-along, spotlight, who was heard last, and calls for help."""

from app.rooms.commands import (
    AcceptCallUp,
    CallForHelp,
    CallUp,
    ClearHelp,
    EndLesson,
    Leave,
    MoveSpotlight,
    OpenFloor,
    ReportHeard,
    SendDown,
    StartListenIn,
    StartSingAlong,
    StopSingAlong,
)
from app.rooms.events import (
    FloorClosed,
    FloorOpened,
    HelpCalled,
    HelpCleared,
    ListenInStopped,
    ParticipantHeard,
    SingAlongStarted,
    SingAlongStopped,
    SpotlightMoved,
)
from app.rooms.views import may_hear, media_permissions
from tests.rooms.lesson import (
    ADMIN,
    ASSISTANT,
    LEAD,
    OBSERVER,
    SEAT_A,
    SEAT_B,
    A,
    B,
    C,
    Told,
    join_of,
    live_lesson,
)


def with_a_on_stage() -> Told:
    told = live_lesson()
    told.does(CallUp(LEAD, SEAT_A))
    told.does(AcceptCallUp(A))
    return told


def who_hears(told: Told, speaker: object) -> set[str]:
    return {one for one in told.room.participants if may_hear(told.room, one, speaker)}  # type: ignore[arg-type]


def test_in_a_sing_along_only_the_lead_is_heard_and_one_classroom_by_the_lead() -> None:
    told = with_a_on_stage()
    assert told.does(StartSingAlong(LEAD)) == (SingAlongStarted(LEAD),)
    assert told.does(StartSingAlong(LEAD)) == ()
    assert who_hears(told, A) == who_hears(told, B) == set()
    assert {A, B, C} <= who_hears(told, LEAD)
    told.does(StartListenIn(LEAD, SEAT_A))
    assert who_hears(told, A) == {LEAD}
    told.does(StartListenIn(LEAD, SEAT_B))
    assert who_hears(told, A) == set() and who_hears(told, B) == {LEAD}


def test_when_it_ends_the_stage_is_heard_again_and_nobody_listens_in_on_it() -> None:
    told = with_a_on_stage()
    told.does(StartSingAlong(LEAD))
    told.does(StartListenIn(LEAD, SEAT_A))
    assert told.does(StopSingAlong(LEAD)) == (ListenInStopped(LEAD, SEAT_A), SingAlongStopped(LEAD))
    assert told.does(StopSingAlong(LEAD)) == ()
    assert who_hears(told, A) == {LEAD, ASSISTANT, OBSERVER, B, C}


def test_open_floor_and_sing_along_end_each_other() -> None:
    told = live_lesson()
    told.does(OpenFloor(LEAD))
    assert told.does(StartSingAlong(ASSISTANT)) == (
        FloorClosed(ASSISTANT),
        SingAlongStarted(ASSISTANT),
    )
    assert told.does(OpenFloor(LEAD)) == (SingAlongStopped(LEAD), FloorOpened(LEAD))


def test_who_comes_on_stage_in_a_sing_along_may_still_be_listened_to() -> None:
    told = live_lesson()
    told.does(StartSingAlong(LEAD))
    told.does(StartListenIn(LEAD, SEAT_A))
    told.does(CallUp(LEAD, SEAT_A))
    told.does(AcceptCallUp(A))
    assert told.room.listening == {LEAD: SEAT_A}


def test_the_spotlight_is_for_the_lead_and_for_who_accepted_the_stage() -> None:
    told = with_a_on_stage()
    assert told.refuses(MoveSpotlight(LEAD, B)) == "not_on_stage"
    assert told.refuses(MoveSpotlight(ASSISTANT, OBSERVER)) == "not_on_stage"
    assert told.does(MoveSpotlight(LEAD, A)) == (SpotlightMoved(A, LEAD),)
    assert told.does(MoveSpotlight(LEAD, A)) == ()
    priority = {k: r.priority for k, r in media_permissions(told.room, B).receive.items()}
    assert priority[f"{A}/camera"] > priority[f"{LEAD}/camera"]  # type: ignore[index]
    told.does(SendDown(LEAD, SEAT_A))
    assert told.room.spotlight is None
    told.does(MoveSpotlight(ASSISTANT, LEAD))
    told.does(Leave(LEAD, join_of(LEAD).device_id))
    assert told.room.spotlight is None


def test_a_voice_counts_when_others_hear_it_and_once_a_minute() -> None:
    told = live_lesson()
    assert told.does(ReportHeard(A)) == ()
    told.does(StartListenIn(LEAD, SEAT_A))
    assert told.does(ReportHeard(A)) == (ParticipantHeard(A),)
    assert told.does(ReportHeard(LEAD)) == ()
    told.passes(59_999)
    assert told.does(ReportHeard(A)) == ()
    told.passes(1)
    assert told.does(ReportHeard(A)) == (ParticipantHeard(A),)
    assert told.who(A).heard_ms == told.now_ms


def test_coming_to_the_stage_and_leaving_it_is_a_turn() -> None:
    told = with_a_on_stage()
    assert told.who(A).stage_ms == told.now_ms
    told.passes(5_000)
    told.does(SendDown(LEAD, SEAT_A))
    assert told.who(A).stage_ms == told.now_ms


def test_a_call_for_help_stays_until_the_office_or_the_place_ends_it() -> None:
    told = Told()
    told.joins(A, LEAD)
    assert told.does(CallForHelp(A)) == (HelpCalled(A),)
    assert told.does(CallForHelp(A)) == ()
    told.does(Leave(A, join_of(A).device_id))
    told.joins(A)
    assert told.who(A).help_since_ms == told.now_ms
    assert told.does(ClearHelp(ADMIN, A)) == (HelpCleared(A, ADMIN),)
    assert told.does(ClearHelp(ADMIN, A)) == ()
    told.does(CallForHelp(A))
    assert told.refuses(ClearHelp(B, A)) == "not_allowed"
    told.does(EndLesson(LEAD))
    assert told.who(A).help_since_ms is None
