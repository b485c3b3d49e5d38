"""What is sent with each operation: right in form, so that nothing but the right to do it can be missing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.access.county import DAY_MS, Things
from tests.support.county import PASSWORD


@dataclass(frozen=True, slots=True)
class Sent:
    json: Any = None
    content: bytes | None = None
    params: dict[str, str] = field(default_factory=dict)


_ABOUT_DAYS: dict[str, dict[str, str]] = {
    "get_ledger": {},
    "get_ledger_totals": {"by": "classroom"},
    "get_ledger_steps": {"step": "day"},
    "download_ledger": {},
    "get_pupil_attendance": {},
    "download_pupil_sheet": {},
}


def sent_with(operation: str, things: Things, now_ms: int) -> Sent:
    if operation in _ABOUT_DAYS:
        days = [datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(days=n) for n in (-2, 2)]
        from_, to = (day.isoformat() for day in days)
        return Sent(params={"from": from_, "to": to, **_ABOUT_DAYS[operation]})
    if operation in ("check_roster", "replace_roster"):
        return Sent(content="学号,姓名\n1,小明\n".encode())
    if operation in ("check_consent_sheet", "enter_consent_sheet"):
        return Sent(content="学号,同意录制\n1,否\n".encode())
    if operation in ("check_plan", "import_plan"):
        return Sent(content=_plan(things))
    if operation == "upload_deck":
        return Sent(content=b"%PDF-1.4\n", params={"name": "slides.pdf"})
    if operation == "upload_captions":
        text = b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n"
        return Sent(content=text, params={"revision": "1"})
    return Sent(json=_json(operation, things, now_ms))


def _json(operation: str, things: Things, now_ms: int) -> Any:
    path = things.path
    secret = "no-such-secret-at-all"
    bodies: dict[str, Any] = {
        "create_token": {"login": "nobody", "password": secret},
        "sign_in": {"login": "nobody", "password": secret},
        "change_password": {"old_password": PASSWORD, "new_password": "short"},
        "confirm_second_factor": {"code": "000000"},
        "remove_second_factor": {"password": PASSWORD},
        "add_school": {"name": "a new school"},
        "rename_school": {"name": "another name"},
        "add_classroom": {"name": "a new classroom"},
        "rename_classroom": {"name": "another name"},
        "enter_consent": {"is_granted": False},
        "enter_pupil_consents": {
            "answers": [
                {"pupil_id": f"pup_{things.side}", "purpose": "recorded", "is_granted": False}
            ]
        },
        "add_staff": _person(path["school_id"]),
        "change_staff": _person(path["school_id"]),
        "check_invitation": {"token": secret},
        "accept_invitation": {"token": secret, "password": PASSWORD},
        "invite_guest": {"name": "somebody from outside"},
        "check_guest": {"token": secret},
        "enter_as_guest": {"token": secret},
        "correct_ledger": {"is_excused": True, "reason": "why"},
        "create_pc_code": {"kind": "spoken"},
        "create_setup_file": {"code": "abcdefghjkmn"},
        "report_pc_clock": {"ahead_ms": 1_500},
        "pair": {"code": "00000000"},
        "enter_as_console": {"code": "00000000"},
        "open_link_probe": {"sdp": "v=0"},
        "tell_devices": {"camera": "ok", "microphone": "missing"},
        "keep_link_test": {"path": "udp", "rtt_ms": 1, "loss": 0, "rate_bps": 1},
        "create_lesson": {
            "title": "a new lesson",
            "subject": "音乐",
            "starts_at": _time(now_ms + 3 * DAY_MS),
            "duration_min": 45,
            "lead_id": "usr_lead" if things.side == "own" else f"usr_{things.side}_lead",
            "classroom_ids": ["cls_own"],
        },
        "add_lesson_staff": {"user_id": "usr_teacher", "role": "observer"},
        "add_term": {"name": "a new term", "first_day": "2030-03-01", "last_day": "2030-07-01"},
        "add_school_group": {
            "name": "a new group",
            "city_id": path["school_id"],
            "town_id": "sch_third",
            "village_ids": ["sch_fourth"],
        },
        "rename_term": {"name": "another name"},
        "rename_school_group": {"name": "another name"},
        "check_course": _course(things),
        "add_course": _course(things),
        "check_course_change": _course(things),
        "change_course": _course(things),
        "end_course": {"reason": "other"},
        "add_holiday": {"school_id": path["school_id"], "day": "2029-05-01", "name": "a day off"},
        "move_holiday": {"day": "2029-05-02", "name": "a day off"},
        "move_lesson": {"starts_at": _time(now_ms + 7 * DAY_MS)},
        "substitute_teacher": {"lead_id": "usr_teacher"},
        "cancel_lesson": {"reason": "power"},
        "create_ticket": {"seat_id": path["seat_id"]},
        "save_roll_call": {"typed_count": 20},
        "make_film": {},
        "save_captions": {"revision": 1, "cues": []},
        "report_watched": {"position_ms": 0, "watched": []},
        "create_share_link": {"days": 7},
        "open_share": {"token": secret},
        "check_share": {"token": secret},
    }
    return bodies.get(operation)


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def _plan(things: Things) -> bytes:
    """A course of the own teacher, in the evening."""
    room = f"{things.side} room {things.side}"
    return (
        f"课程,主讲教师,教室,星期,开始时间,时长\nChoir,name of lead,{room},一,20:00,40\n"
    ).encode()


def _course(things: Things) -> dict[str, Any]:
    """The same as `_plan`, in a form."""
    return {
        "title": "Choir",
        "subject": "音乐",
        "lead_id": "usr_lead",
        "classroom_ids": [things.path["classroom_id"]],
        "weekdays": [0],
        "weeks": "every",
        "begins": "20:00",
        "duration_min": 40,
    }


def _person(school_id: str) -> dict[str, Any]:
    return {"name": "new", "logins": ["t900"], "roles": ["teacher"], "school_id": school_id}
