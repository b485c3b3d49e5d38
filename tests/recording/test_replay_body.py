"""What a replay says when somebody must not appear in it."""

from app.ids import ParticipantId
from app.recording.cast import EVERYBODY, Cast
from app.recording.replay_body import stage_of

SEAT, OTHER, LEAD = (ParticipantId(one) for one in ("sea_1", "sea_2", "lead_usr_1"))


def test_a_stage_without_somebody_has_no_change_where_nothing_else_changed() -> None:
    stage = [
        {"at_ms": 0, "on_stage": (LEAD,)},
        {"at_ms": 5_000, "on_stage": (LEAD, SEAT)},
        {"at_ms": 7_000, "on_stage": (LEAD, SEAT, OTHER)},
        {"at_ms": 9_000, "on_stage": (LEAD, OTHER)},
    ]
    assert [(s.at_ms, s.on_stage) for s in stage_of(Cast([OTHER]), stage)] == [
        (0, [LEAD]),
        (7_000, [LEAD, OTHER]),
    ]
    assert len(stage_of(EVERYBODY, stage)) == 4


def test_a_spotlight_on_somebody_who_must_not_appear_is_none() -> None:
    stage = [
        {"at_ms": 0, "on_stage": (LEAD, SEAT), "is_sing_along": False, "spotlight": SEAT},
        {"at_ms": 9_000, "on_stage": (LEAD, SEAT), "is_sing_along": True, "spotlight": None},
    ]
    (first, second) = stage_of(EVERYBODY, stage)
    assert (first.spotlight, second.is_sing_along) == (SEAT, True)
    assert [one.spotlight for one in stage_of(Cast([OTHER]), stage)] == [None, None]
