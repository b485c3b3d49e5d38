"""Who may what over HTTP: one row for each operation of the OpenAPI document.

The roles of the columns (`ROLES`):
  admin         of the county
  school_admin  of the own school
  lead          a teacher of the own school who leads the own lesson
  teacher       another one, who leads no lesson
  onsite        an on-site teacher of the own school
  guest         a guest teacher, to whom a lesson of the own school was given
  classroom     a paired PC of the own school with the ticket of its seat; nobody is signed in
  nobody        has nothing
  elsewhere     an admin of another county

A row says who may at what is of the own school, and who at what is of another school of the county. Whoever may not
is refused, and of another school hears exactly what is said of what does not exist.
"""

from dataclasses import dataclass

ROLES = (
    "admin",
    "school_admin",
    "lead",
    "teacher",
    "onsite",
    "guest",
    "classroom",
    "nobody",
    "elsewhere",
)
SIGNED_IN = "admin school_admin lead teacher onsite elsewhere"
SIGNED_IN_OR_GUEST = SIGNED_IN + " guest"
ADMINS = "admin school_admin"
ALL_ADMINS = "admin school_admin elsewhere"


@dataclass(frozen=True, slots=True)
class Row:
    """Roles as words in one string. `own` and `foreign` are about the thing that the path or the body names."""

    own: str
    foreign: str = ""
    answers: tuple[int, ...] = (200, 201, 202, 204, 307)
    """What somebody who may hears. Others are refused."""

    def may(self, role: str, side: str) -> bool:
        return role in (self.own if side == "own" else self.foreign).split()


@dataclass(frozen=True, slots=True)
class List:
    """`callers` get an answer; in it `own` find what is of the own school, `foreign` what is of another."""

    callers: str
    own: str
    foreign: str
    marks: tuple[str, str]
    """By which the two are known in the answer."""


@dataclass(frozen=True, slots=True)
class Open:
    """Whoever comes hears the same: what counts is what they bring."""

    why: str


@dataclass(frozen=True, slots=True)
class Own:
    """About the caller alone: there is nothing of others to reach."""

    callers: str
    answers: tuple[int, ...] = (200, 201, 202, 204)


_CLASSROOMS = ("cls_own", "cls_foreign")
_LESSONS = ("lesson own", "lesson foreign")
_RECORDINGS = ("rec_own", "rec_foreign")

TABLE: dict[str, Row | List | Open | Own] = {
    # --- signing in -------------------------------------------------------------------------------
    "create_token": Open("a login and a password"),
    "sign_in": Open("a login and a password"),
    "sign_out": Open("ends the session of the cookie, if there is one"),
    "revoke_token": Own(SIGNED_IN_OR_GUEST),
    "get_me": Own(SIGNED_IN_OR_GUEST),
    "get_account": Own(SIGNED_IN_OR_GUEST),
    "end_session": Row(SIGNED_IN_OR_GUEST),
    "change_password": Own(SIGNED_IN_OR_GUEST, (422,)),
    "begin_second_factor": Own(ALL_ADMINS),
    "confirm_second_factor": Own(ALL_ADMINS, (401,)),
    "remove_second_factor": Own(SIGNED_IN_OR_GUEST),
    "get_site": Open("says what this server is"),
    "open_door": Open("only on the machine that runs the demo"),
    # --- schools ----------------------------------------------------------------------------------
    "list_classrooms": List(
        SIGNED_IN,
        "admin school_admin lead teacher onsite",
        "admin school_admin lead teacher",
        _CLASSROOMS,
    ),
    "list_teachers": List(ALL_ADMINS, ADMINS, "admin", ("usr_lead", "usr_foreign_lead")),
    "list_colleagues": List(
        "admin school_admin lead teacher elsewhere",
        "admin school_admin teacher",
        "admin school_admin lead teacher",
        ("usr_lead", "usr_foreign_lead"),
    ),
    "list_schools": List(ALL_ADMINS, ADMINS, "admin", ("sch_own", "sch_foreign")),
    "list_school_names": List(ALL_ADMINS, ADMINS, "admin", ("sch_own", "sch_foreign")),
    "add_school": Own("admin elsewhere"),
    "rename_school": Row(ADMINS, "admin"),
    "add_classroom": Row(ADMINS, "admin"),
    "rename_classroom": Row(ADMINS, "admin"),
    "get_roster": Row("admin school_admin onsite", "admin"),
    "check_roster": Row("admin school_admin onsite", "admin"),
    "replace_roster": Row("admin school_admin onsite", "admin"),
    "list_consents": List(
        "admin school_admin onsite elsewhere", "admin school_admin onsite", "admin", _CLASSROOMS
    ),
    "enter_consent": Row(ADMINS, "admin", (409,)),
    "get_consent_sheet": Row("admin school_admin onsite", "admin"),
    "enter_pupil_consents": Row("admin school_admin onsite", "admin"),
    "check_consent_sheet": Row("admin school_admin onsite", "admin"),
    "enter_consent_sheet": Row("admin school_admin onsite", "admin"),
    "get_retention": Own(SIGNED_IN),
    "get_data_map": Own(ALL_ADMINS),
    "export_pupil": Row(ADMINS, "admin"),
    "erase_pupil": Row(ADMINS, "admin"),
    "list_accesses": List(ALL_ADMINS, ADMINS, "admin", _LESSONS),
    "download_accesses": List(ALL_ADMINS, ADMINS, "admin", _LESSONS),
    # --- people -----------------------------------------------------------------------------------
    "list_staff": List(ALL_ADMINS, ADMINS, "admin", ("usr_own_person", "usr_foreign_person")),
    "add_staff": Row(ADMINS, "admin"),
    "change_staff": Row(ADMINS, "admin"),
    "close_staff": Row(ADMINS, "admin"),
    "list_staff_sessions": Row(ADMINS, "admin"),
    "sign_out_staff": Row(ADMINS, "admin"),
    "invite_staff": Row(ADMINS, "admin"),
    "reopen_staff": Row(ADMINS, "admin"),
    "list_audit": List(ALL_ADMINS, ADMINS, "admin", ("aud_own", "aud_foreign")),
    "check_invitation": Open("the token of a link"),
    "accept_invitation": Open("the token of a link"),
    # --- the server -------------------------------------------------------------------------------
    "get_server": Own("admin elsewhere"),
    # --- classroom PCs ----------------------------------------------------------------------------
    "list_pcs": List(
        "admin school_admin onsite elsewhere", "admin school_admin onsite", "admin", _CLASSROOMS
    ),
    "remove_pc": Row("admin school_admin onsite", "admin"),
    "create_pc_code": Row("admin school_admin onsite", "admin"),
    "create_setup_file": Own("admin school_admin onsite elsewhere"),
    "check_in": Own("classroom"),
    "report_pc_clock": Own("classroom"),
    "get_timetable": List("classroom", "classroom", "", _LESSONS),
    "create_pc_ticket": Row("classroom"),
    "tell_devices": Own("classroom"),
    "list_classroom_health": List(
        "admin school_admin onsite elsewhere", "admin school_admin onsite", "admin", _CLASSROOMS
    ),
    "pair": Open("a code"),
    "invite_console": Own("classroom"),
    "enter_as_console": Open("a code"),
    "send_consoles_away": Own("classroom"),
    "open_link_probe": Own("classroom", (503,)),
    "keep_link_test": Own("classroom"),
    # --- term plans: the county's, and read by the schools that take part ---------------------------
    "list_terms": List(ALL_ADMINS, ADMINS, ADMINS, ("trm_own", "trm_foreign")),
    "add_term": Own("admin elsewhere"),
    "get_term": Row(ADMINS, ADMINS),
    "list_school_groups": List(ALL_ADMINS, ADMINS, "admin", ("grp_own", "grp_foreign")),
    "add_school_group": Row("admin", "admin"),
    "get_group_plan": Row(ADMINS, "admin"),
    "rename_term": Row("admin", "admin"),
    "rename_school_group": Row("admin", "admin"),
    "check_plan": Row("admin", "admin"),
    "import_plan": Row("admin", "admin"),
    "check_course": Row("admin", "admin"),
    "add_course": Row("admin", "admin"),
    "check_course_change": Row("admin", "admin"),
    "change_course": Row("admin", "admin"),
    "end_course": Row("admin", "admin"),
    "add_holiday": Row(ADMINS, "admin"),
    "move_holiday": Row(ADMINS, "admin"),
    "remove_holiday": Row(ADMINS, "admin"),
    # --- lessons ----------------------------------------------------------------------------------
    "create_lesson": Row("admin school_admin lead", "admin"),
    "create_rehearsal": Own("admin school_admin lead teacher elsewhere"),
    "list_lessons": List(
        SIGNED_IN_OR_GUEST, "admin school_admin lead onsite guest", "admin", _LESSONS
    ),
    "get_lesson": Row("admin school_admin lead onsite guest", "admin"),
    "list_journal": Row("admin school_admin lead", "admin"),
    "add_lesson_staff": Row("admin school_admin lead", "admin"),
    "invite_guest": Row(ADMINS, "admin"),
    "check_guest": Open("the token of a link"),
    "enter_as_guest": Open("the token of a link"),
    "move_lesson": Row("admin school_admin lead", "admin"),
    "substitute_teacher": Row(ADMINS, "admin"),
    "cancel_lesson": Row("admin school_admin lead", "admin"),
    "restore_lesson": Row("admin school_admin lead", "admin", (409,)),
    "remove_lesson_staff": Row("admin school_admin lead", "admin"),
    "create_ticket": Row("admin school_admin lead onsite guest", "admin"),
    "revoke_tickets": Row("admin school_admin lead", "admin"),
    "create_pairing": Row("admin school_admin lead onsite guest", "admin"),
    "get_attendance": Row("admin school_admin lead onsite", "admin"),
    "download_attendance": Row("admin school_admin lead onsite", "admin"),
    "get_roll_call": Row("admin school_admin onsite classroom", "admin"),
    "get_media_stats": Row("admin school_admin lead", "admin"),
    "get_media_history": Row("admin school_admin lead", "admin"),
    "list_decks": Row("admin school_admin lead onsite classroom guest", "admin"),
    "upload_deck": Row("admin school_admin lead guest", "admin"),
    "delete_deck": Row("admin school_admin lead guest", "admin"),
    # These wake the room of a lesson. Each role has lessons of its own for them, and what they do stays.
    "save_roll_call": Row("admin school_admin onsite classroom", "admin"),
    "start_lesson": Row("admin school_admin lead guest", "admin"),
    "clear_help": Row("admin school_admin lead guest", "admin"),
    "end_lesson": Row("admin school_admin lead guest", "admin"),
    "get_wall": List(ALL_ADMINS, ADMINS, "admin", _LESSONS),
    # --- ledger ------------------------------------------------------------------------------------
    "get_ledger": List(ALL_ADMINS, ADMINS, "admin", _LESSONS),
    "get_ledger_steps": Own(ALL_ADMINS),
    "get_ledger_totals": List(ALL_ADMINS, ADMINS, "admin", _CLASSROOMS),
    "download_ledger": Own(ALL_ADMINS),
    "get_pupil_attendance": Row("admin school_admin onsite", "admin"),
    "download_pupil_sheet": Row("admin school_admin onsite", "admin"),
    "correct_ledger": Row(ADMINS, "admin"),
    "list_ledger_corrections": Row(ADMINS, "admin"),
    # --- recordings -------------------------------------------------------------------------------
    "list_recordings": List(SIGNED_IN, "admin school_admin lead onsite", "admin", _RECORDINGS),
    "list_recording_choices": List(
        SIGNED_IN,
        "admin school_admin lead teacher onsite",
        "admin school_admin lead teacher onsite",
        ("sch_own", "sch_foreign"),
    ),
    "get_recording": Row("admin school_admin lead onsite", "admin"),
    "get_film": Row("admin school_admin lead onsite", "admin"),
    "download_film": Row("admin school_admin lead onsite", "admin"),
    "make_film": Row("admin school_admin lead", "admin"),
    "download_captions": Row("admin school_admin lead onsite", "admin"),
    "save_captions": Row("admin school_admin lead", "admin"),
    "upload_captions": Row("admin school_admin lead", "admin"),
    "report_watched": Row("admin school_admin lead onsite", "admin"),
    "publish_recording": Row("admin school_admin lead", "admin"),
    "unpublish_recording": Row("admin school_admin lead", "admin"),
    "get_sharing": Row("admin school_admin lead", "admin"),
    "create_share_link": Row("admin school_admin lead", "admin", (409,)),
    "revoke_share_link": Row("admin school_admin lead", "admin"),
    "delete_recording": Row(ADMINS, "admin"),
    "finish_recording": Row(ADMINS, "admin"),
    "list_interrupted_recordings": List(ALL_ADMINS, ADMINS, "admin", _RECORDINGS),
    "list_deletions": List(ALL_ADMINS, ADMINS, "admin", _RECORDINGS),
    "open_share": Open("the token of a link"),
    "check_share": Open("the token of a link"),
    # --- media, by the ticket as bearer token (RFC 9725), see tests/whip --------------------------
    "publish_whip__lesson_id__post": Open("the ticket of a place"),
    "view_whep__lesson_id__post": Open("the ticket of a place"),
    "patch_whip_session": Open("the ticket of a place"),
    "delete_whip_session": Open("the ticket of a place"),
    "patch_whep_session": Open("the ticket of a place"),
    "delete_whep_session": Open("the ticket of a place"),
    # --- the server -------------------------------------------------------------------------------
    "get_health": Open("says that the process is there"),
    "get_readiness": Open("says that the parts are there"),
    "get_metrics": Own("admin elsewhere"),
}
KEPT = ("save_roll_call", "start_lesson", "clear_help", "end_lesson")
"""They come last, in this order."""
