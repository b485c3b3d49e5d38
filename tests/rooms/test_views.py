"""Who may send, hear and see what."""

from app.ids import ParticipantId, publication_id
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    CloseFloor,
    EndLesson,
    Leave,
    Mute,
    OpenFloor,
    ReportCut,
    ReportRecordingStopped,
    StartLesson,
    StartListenIn,
    SwitchDataSaving,
    SwitchSource,
    Unmute,
)
from app.rooms.views import (
    MediaPermissions,
    Reception,
    VideoCaps,
    is_recorded,
    may_hear,
    may_notice,
    media_permissions,
    places,
)
from tests.rooms.lesson import (
    ASSISTANT,
    LEAD,
    OBSERVER,
    PLAN,
    SEAT_A,
    SEAT_B,
    A,
    B,
    C,
    Told,
    join_of,
    live_lesson,
    unrecorded,
)

LEAD_MEDIA = {
    publication_id(LEAD, "microphone"): Reception("auto", "lead"),
    publication_id(LEAD, "camera"): Reception("auto", "lead", 30),
    publication_id(LEAD, "screen"): Reception("auto", "screen", 40),
    publication_id(LEAD, "document"): Reception("auto", "document", 40),
}


def picture(who: ParticipantId, quality: str = "low") -> dict[str, Reception]:
    priority = 20 if quality == "auto" else 10
    reception = Reception(quality, "classrooms", priority)  # type: ignore[arg-type]
    return {publication_id(who, "camera"): reception}


def sound(who: ParticipantId, *, is_contested: bool = False) -> dict[str, Reception]:
    return {
        publication_id(who, "microphone"): Reception(
            "auto", "classrooms", is_contested=is_contested
        )
    }


def test_waiting_sends_no_picture_or_sound() -> None:
    told = Told()
    told.joins(LEAD, A)
    for who in (LEAD, A):
        assert media_permissions(told.room, who).publish == frozenset()
        assert media_permissions(told.room, who).receive == {}


def test_off_stage_everybody_gets_the_lead_and_only_staff_the_pictures() -> None:
    room = live_lesson().room
    assert media_permissions(room, A) == MediaPermissions(
        publish=frozenset({"camera", "microphone"}), receive=LEAD_MEDIA, video_cap_bps=200_000
    )
    pictures = picture(A) | picture(B) | picture(C)
    assert media_permissions(room, LEAD) == MediaPermissions(
        publish=frozenset({"camera", "microphone", "screen", "document"}),
        receive=pictures,
        video_cap_bps=1_500_000,
    )
    for who in (ASSISTANT, OBSERVER):
        assert media_permissions(room, who).publish == frozenset()
        assert media_permissions(room, who).receive == LEAD_MEDIA | pictures


def test_on_stage_a_classroom_is_seen_and_heard_by_everybody() -> None:
    told = live_lesson()
    told.does(CallUp(LEAD, SEAT_A))
    told.does(AcceptCallUp(A))
    up = picture(A, "auto") | sound(A)
    assert media_permissions(told.room, B).receive == LEAD_MEDIA | up
    assert media_permissions(told.room, LEAD).receive == up | picture(B) | picture(C)
    assert media_permissions(told.room, A).receive == LEAD_MEDIA
    assert media_permissions(told.room, A).video_cap_bps == 800_000
    caps = VideoCaps(1, 2, 3)
    got = [media_permissions(told.room, who, caps).video_cap_bps for who in (LEAD, A, B)]
    assert got == [1, 2, 3]


def test_open_floor_lets_all_be_heard_but_shows_nobody_more() -> None:
    told = live_lesson()
    told.does(OpenFloor(ASSISTANT))
    assert told.does(OpenFloor(LEAD)) == ()
    floor = sound(B, is_contested=True) | sound(C, is_contested=True)
    assert media_permissions(told.room, A).receive == LEAD_MEDIA | floor
    told.does(StartListenIn(LEAD, SEAT_A))
    heard = media_permissions(told.room, LEAD).receive
    contested = [who for who in (A, B, C) if heard[publication_id(who, "microphone")].is_contested]
    assert contested == [B, C], "who is listened to is always heard"
    told.does(CloseFloor(LEAD))
    assert media_permissions(told.room, A).receive == LEAD_MEDIA


def test_who_hears_a_classroom_may_notice_it_speak_and_staff_may_always() -> None:
    told = live_lesson()
    assert {who for who in told.room.participants if may_notice(told.room, who, A)} == {
        LEAD,
        ASSISTANT,
        OBSERVER,
    }
    assert may_notice(told.room, A, LEAD) and not may_notice(told.room, LEAD, LEAD)
    told.does(OpenFloor(LEAD))
    assert may_notice(told.room, B, A)
    told.does(Mute(LEAD, A))
    assert not any(may_notice(told.room, who, A) for who in told.room.participants)


def test_muted_by_staff_a_classroom_is_heard_by_nobody() -> None:
    told = live_lesson()
    told.does(OpenFloor(LEAD))
    told.does(Mute(ASSISTANT, A))
    assert told.does(Mute(LEAD, A)) == ()
    assert media_permissions(told.room, A).publish == {"camera"}
    assert not any(may_hear(told.room, who, A) for who in told.room.participants)
    told.does(Unmute(LEAD, A))
    assert may_hear(told.room, B, A)


def test_what_the_classroom_closed_itself_staff_cannot_open() -> None:
    told = live_lesson()
    told.does(OpenFloor(LEAD))
    told.does(SwitchSource(A, "microphone", False))
    told.does(SwitchSource(A, "camera", False))
    told.does(Unmute(LEAD, A))
    assert media_permissions(told.room, A).publish == frozenset()
    assert not may_hear(told.room, LEAD, A)
    assert publication_id(A, "camera") not in media_permissions(told.room, LEAD).receive
    assert told.does(SwitchSource(A, "camera", False)) == ()
    assert told.refuses(SwitchSource(A, "screen", False)) == "source_unknown"


def test_a_classroom_that_saves_data_gets_and_sends_small_pictures_and_sharp_slides() -> None:
    told = live_lesson()
    told.does(CallUp(LEAD, SEAT_B))
    told.does(AcceptCallUp(B))
    others = media_permissions(told.room, C)
    told.does(SwitchDataSaving(A, True))
    assert told.does(SwitchDataSaving(A, True)) == ()
    saving = media_permissions(told.room, A)
    assert saving.receive[publication_id(LEAD, "camera")] == Reception("low", "lead", 30)
    assert saving.receive[publication_id(B, "camera")] == Reception("low", "classrooms", 20)
    assert saving.receive[publication_id(LEAD, "screen")] == Reception("auto", "screen", 40)
    assert saving.receive.keys() == (LEAD_MEDIA | picture(B, "auto") | sound(B)).keys()
    assert saving.video_cap_bps == VideoCaps().data_saving_bps
    assert media_permissions(told.room, C) == others
    told.does(SwitchDataSaving(A, False))
    assert media_permissions(told.room, A).video_cap_bps == VideoCaps().off_stage_bps


def test_saving_data_outlives_a_reload_of_the_page() -> None:
    told = live_lesson()
    told.does(SwitchDataSaving(A, True))
    told.does(Leave(A, join_of(A).device_id))
    told.does(join_of(A))
    assert told.who(A).saves_data


def test_a_cut_participant_keeps_its_media_until_it_is_lost() -> None:
    told = live_lesson()
    before = media_permissions(told.room, A)
    told.does(ReportCut(A, join_of(A).device_id))
    assert media_permissions(told.room, A) == before
    told.passes(60_000)
    assert media_permissions(told.room, A).publish == frozenset()
    assert media_permissions(told.room, A).receive == {}


def test_after_the_end_nobody_sends_or_receives() -> None:
    told = live_lesson()
    told.does(EndLesson(LEAD))
    for who in told.room.participants:
        assert media_permissions(told.room, who).publish == frozenset()
        assert media_permissions(told.room, who).receive == {}


def test_only_the_lead_and_consenting_classrooms_are_recorded() -> None:
    told = live_lesson()
    assert is_recorded(told.room, LEAD, "camera")
    assert is_recorded(told.room, A, "camera")
    assert not is_recorded(told.room, B, "camera")
    assert not is_recorded(told.room, OBSERVER, "camera")
    assert not is_recorded(live_lesson(unrecorded()).room, LEAD, "camera")
    waiting = Told()
    waiting.joins(LEAD)
    assert not is_recorded(waiting.room, LEAD, "camera")


def test_the_recording_light_goes_out_when_writing_stopped() -> None:
    told = live_lesson()
    report = ReportRecordingStopped(A, "camera", "disk_full")
    assert len(told.does(report)) == 1
    assert told.does(report) == ()
    assert not is_recorded(told.room, A, "camera")
    assert is_recorded(told.room, A, "microphone")


def test_screens_show_every_planned_seat_also_an_empty_one() -> None:
    told = Told()
    told.joins(LEAD)
    told.does(StartLesson(LEAD))
    shown = places(told.room)
    assert [p.participant_id for p in shown] == [LEAD, A, B, C]
    assert [p.classroom_id for p in shown[1:]] == [s.classroom_id for s in PLAN.seats]
